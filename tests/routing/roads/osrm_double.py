"""A double of OSRM, honest about being one: a real HTTP server that speaks OSRM's table service and nothing else.

Its ways are the shortest ones of our own road network by Dijkstra, at one speed. OSRM itself has no
wheel for Python 3.11; the real road engine of the tests is Valhalla.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

from tests.routing.roads.network import Crossing, crossings, shortest_m

CAR_M, KMH = 1.5, 60.0

Answer = tuple[int, dict[str, Any]]


@dataclass
class OsrmDouble:
    """What the server was asked, how large a table it gives, and how a test may spoil its answers."""

    max_table_size: int = 100
    near_degrees: float = 0.05
    paths: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)  # answered first, before any table
    spoil: Callable[[dict[str, Any]], Any] = lambda table: table
    url: str = ""

    def answer(self, path: str) -> Answer:
        """Answer one request as OSRM does."""
        parts = urlsplit(path)
        found = re.fullmatch(r"/table/v1/driving/([\d.,;-]+)", parts.path)
        if not found:
            return 400, {"code": "InvalidUrl", "message": "URL string malformed"}
        options = {name: values[0] for name, values in parse_qs(parts.query).items()}
        points = [tuple(map(float, point.split(","))) for point in found[1].split(";")]
        rows = [
            [int(row) for row in options[name].split(";")] for name in ("sources", "destinations")
        ]
        places = [nearest(*point, within=self.near_degrees) for point in points]
        refusal = self._refusal(places, rows)
        if refusal:
            return 400, refusal
        return 200, self.spoil(self._table([p for p in places if p], rows, options))

    def _refusal(self, places: list[Crossing | None], rows: list[list[int]]) -> dict[str, str]:
        if len(places) < 2:
            return {"code": "InvalidOptions", "message": "Number of coordinates too small"}
        if len(rows[0]) * len(rows[1]) > self.max_table_size**2:
            return {"code": "TooBig", "message": "Too many table coordinates"}
        if None in places:
            message = f"Could not find a matching segment for coordinate {places.index(None)}"
            return {"code": "NoSegment", "message": message}
        return {}

    def _table(
        self, places: list[Crossing], rows: list[list[int]], options: dict[str, str]
    ) -> dict[str, Any]:
        meters = shortest_m(places, height_m=CAR_M)[np.ix_(*rows)]
        table: dict[str, Any] = {"code": "Ok"}
        for name, values in (("distance", meters), ("duration", meters * 3.6 / KMH)):
            if name in options.get("annotations", "duration").split(","):
                table[f"{name}s"] = [
                    [round(value, 1) if np.isfinite(value) else None for value in row]
                    for row in values
                ]
        return table


def nearest(longitude: float, latitude: float, *, within: float) -> Crossing | None:
    """Return the nearest crossing, None where it is farther than some degrees."""

    def far(crossing: Crossing) -> float:
        return max(abs(crossing.latitude - latitude), abs(crossing.longitude - longitude))

    found = min(crossings().values(), key=far)
    return found if far(found) <= within else None


@contextmanager
def served(double: OsrmDouble) -> Iterator[OsrmDouble]:
    """Serve a double on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            double.paths.append(self.path)
            if double.statuses:
                status, answer = double.statuses.pop(0), {"message": "busy"}
            else:
                status, answer = double.answer(self.path)
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            with suppress(ConnectionError):  # who asked may have stopped waiting
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    with served_by(Handler) as url:
        double.url = url
        yield double


@contextmanager
def served_by(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve on a free port of loopback, and give the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
