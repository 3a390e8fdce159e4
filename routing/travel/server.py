"""Asks a road engine over HTTP: a timeout for each try, a few tries, then one clear sentence."""

import json
import logging
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from routing.travel.protocol import TravelFailed

log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 4.0
MAX_ANSWER_BYTES = 64 * 1024 * 1024
TOO_MANY_REQUESTS, SERVER_ERROR = 429, 500


def nothing() -> None:
    """Do nothing while waiting."""


class _Busy(Exception):
    """The server could not answer this time."""


@dataclass(frozen=True, slots=True)
class Server:
    """A road engine's address and how patient we are; `on_wait` is called before each try."""

    name: str
    url: str
    timeout_s: float = 10.0
    n_tries: int = 3
    on_wait: Callable[[], None] = nothing

    def ask(self, path: str, body: Any = None) -> Any:
        """Return the JSON that the server answers, refusals of the request (4xx) included; or raise TravelFailed."""
        request = urllib.request.Request(  # noqa: S310 - settings allow http and https only
            self.url.rstrip("/") + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Accept": "application/json"},
        )
        pause_s = FIRST_PAUSE_S
        for n_tried in range(1, self.n_tries + 1):
            self.on_wait()
            try:
                return self._read(request)
            except _Busy as busy:
                log.warning("%s, try %d of %d: %s", self.label, n_tried, self.n_tries, busy)
                reason = str(busy)
            if n_tried < self.n_tries:
                time.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        tries = f"{self.n_tries} tries" if self.n_tries > 1 else "one try"
        msg = (
            f"{self.label} gave no travel times after {tries}: {reason}. Start it, or plan "
            "without it: TRAVEL_PROVIDER=great_circle."
        )
        raise TravelFailed(msg)

    @property
    def label(self) -> str:
        """The server as people may read it: without a password or a key that its address holds."""
        parts = urlsplit(self.url)
        port = f":{parts.port}" if parts.port else ""
        return f"{self.name} at {parts.scheme}://{parts.hostname}{port}"

    def _read(self, request: urllib.request.Request) -> Any:
        try:
            with urllib.request.urlopen(request, timeout=self.timeout_s) as answer:  # noqa: S310
                text = answer.read(MAX_ANSWER_BYTES + 1)
        except urllib.error.HTTPError as error:
            if error.code >= SERVER_ERROR or error.code == TOO_MANY_REQUESTS:
                reason = f"it answered HTTP {error.code}"
                raise _Busy(reason) from error
            with error:
                text = error.read(MAX_ANSWER_BYTES + 1)
        except (OSError, HTTPException) as error:  # refused, unknown host, timeout, cut off
            raise _Busy(str(getattr(error, "reason", error)) or type(error).__name__) from error
        return self._parsed(text)

    def _parsed(self, text: bytes) -> Any:
        if len(text) > MAX_ANSWER_BYTES:
            msg = f"{self.label} answered with more than {MAX_ANSWER_BYTES // 1024**2} MB."
            raise TravelFailed(msg)
        try:
            return json.loads(text)
        except ValueError as error:
            msg = f"{self.label} answered with something that is no JSON; is this its address?"
            raise TravelFailed(msg) from error
