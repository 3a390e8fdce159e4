"""Child processes with an owner: ready when they say so, gone when their owner is."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1  # linux/prctl.h: the signal a child gets when its parent dies


class ServiceFailed(Exception):
    """A child ended or stayed silent where it had to become ready."""


@dataclass(slots=True)
class Service:
    """One child process: how it is started, when it is ready, how it is asked to end."""

    name: str
    command: Sequence[str | Path]
    log: Path
    is_ready: Callable[["Service"], bool]
    ready_within_s: float = 30.0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within_s: float = 15.0
    options: Mapping[str, Any] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    log_starts_at: int = 0

    @property
    def is_running(self) -> bool:
        """Whether the child was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start the child without waiting; raise ServiceFailed where it cannot be started."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self.log.open("ab") as log:
                self.log_starts_at = log.tell()
                self.process = subprocess.Popen(  # noqa: S603 - commands are built in our own modules
                    [str(part) for part in self.command],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # Ctrl-C in the terminal reaches the owner only
                    preexec_fn=_die_with_owner,  # noqa: PLW1509 - one prctl, no lock is taken
                    **self.options,
                )
        except OSError as error:
            msg = f"{self.name} cannot be started: {error}"
            raise ServiceFailed(msg) from error

    def wait_ready(self) -> None:
        """Wait until the child is ready; raise ServiceFailed where it ends or takes too long."""
        end = time.monotonic() + self.ready_within_s
        while not self.is_ready(self):
            if not self.is_running:
                raise ServiceFailed(self._failure("ended before it was ready"))
            if time.monotonic() > end:
                raise ServiceFailed(self._failure(f"was not ready in {self.ready_within_s:.0f} s"))
            time.sleep(0.03)

    def stop(self) -> None:
        """End the child politely, then its whole group by force, so that no orphan stays."""
        process = self.process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(self.stop_within_s)
        kill_group(process.pid)
        process.wait()
        self.process = None

    def said(self) -> str:
        """Return what the child has written since it was started."""
        return self.log.read_bytes()[self.log_starts_at :].decode(errors="replace")

    def _failure(self, what: str) -> str:
        return f"{self.name} {what}; its log is {self.log}:\n{self.said()[-1500:].strip()}"


def kill_group(pid: int) -> None:
    """Kill every process of the group that `pid` leads; nothing happens where none is left."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _die_with_owner() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
