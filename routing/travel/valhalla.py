"""Travel times of Valhalla with its truck costing: tiles on our own disk, or a server over HTTP."""

import json
import tarfile
import tempfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from routing.travel.answers import checked_table
from routing.travel.places import Places
from routing.travel.protocol import NoRoadNear, Table, TravelFailed
from routing.travel.server import Server, nothing

UNCONNECTED, NO_SUITABLE_EDGE = 170, 171
"""Valhalla's codes for places of different regions, and for one with no road near (docs, "Internal error codes")."""
FARTHEST_M = 10_000_000.0
MOST_PAIRS = 1_000_000
M_PER_KM = 1000.0

Ask = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Truck:
    """The vehicle whose ways are asked for; bridges too low and roads too weak for it are avoided."""

    height_m: float = 4.0
    width_m: float = 2.55
    length_m: float = 12.0
    weight_t: float = 18.0

    def options(self) -> dict[str, float]:
        """Return the truck as Valhalla's costing options."""
        return {
            "height": self.height_m,
            "width": self.width_m,
            "length": self.length_m,
            "weight": self.weight_t,
        }


@dataclass(frozen=True, slots=True)
class Valhalla:
    """Valhalla's matrix, wherever it runs: `ask` takes a request and returns the answer, both as JSON objects."""

    label: str
    ask: Ask
    profile: str
    truck: Truck = field(default_factory=Truck)
    most_places: int = 100
    is_kept: bool = True

    def table(self, sources: Places, targets: Places) -> Table:
        """Ask for one matrix, or raise TravelFailed or NoRoadNear."""
        answer = self.ask(
            {
                "sources": _locations(sources),
                "targets": _locations(targets),
                "costing": "truck",
                "costing_options": {"truck": self.truck.options()},
                "units": "kilometers",
            }
        )
        rows = answer.get("sources_to_targets") if isinstance(answer, dict) else None
        if rows is None:
            self._refuse(answer)
        return checked_table(
            self.label,
            (sources, targets),
            meters=_column(rows, "distance", M_PER_KM),
            seconds=_column(rows, "time", 1.0),
        )

    def _refuse(self, answer: Any) -> None:
        if not isinstance(answer, dict):
            msg = f"{self.label} answered with something that is no matrix."
            raise TravelFailed(msg)
        if answer.get("error_code") in (UNCONNECTED, NO_SUITABLE_EDGE):
            raise NoRoadNear
        reason = str(answer.get("error", "it said no reason")).rstrip(".")
        msg = f"{self.label} refused a matrix: {reason}."
        raise TravelFailed(msg)


def over_http(server: Server) -> Ask:
    """Return what asks a Valhalla server."""
    return partial(server.ask, "/sources_to_targets")


def embedded(tiles: Path, on_wait: Callable[[], None] = nothing) -> Ask:
    """Return what asks the Valhalla inside this process, which reads `tiles`: a .tar file or a folder.

    Raises
    ------
    TravelFailed
        Where the package is not installed, there are no tiles, or Valhalla cannot read them.
    """
    actor = _actor(_package(), tiles)

    def ask(request: dict[str, Any]) -> Any:
        on_wait()
        try:
            return json.loads(actor.matrix(json.dumps(request)))
        except RuntimeError as error:  # 3.2 has no class of its own for what it refuses
            return {"error": str(error), "error_code": _code(error)}

    return ask


def _package() -> Any:
    try:
        import valhalla  # noqa: PLC0415 - optional, and slow to load
    except ImportError as error:
        msg = (
            "VALHALLA_TILES are read by the package pyvalhalla, which is not installed: `pip install "
            "pyvalhalla`, or name a server in VALHALLA_URL, or plan with TRAVEL_PROVIDER=great_circle."
        )
        raise TravelFailed(msg) from error
    return valhalla


def _actor(valhalla: Any, tiles: Path) -> Any:
    """Start Valhalla on tiles, its limits lifted: they protect public servers."""
    is_folder = tiles.is_dir()
    if not is_folder and not (tiles.is_file() and tarfile.is_tarfile(tiles)):
        msg = f"VALHALLA_TILES: {tiles} is neither a folder of tiles nor a .tar file of them."
        raise TravelFailed(msg)
    config = deepcopy(valhalla.get_config(tile_extract=tiles, tile_dir=tiles.parent))
    config["mjolnir"]["tile_extract"] = "" if is_folder else str(tiles.resolve())
    config["mjolnir"]["tile_dir"] = str(tiles.resolve()) if is_folder else ""
    config["service_limits"]["truck"] |= {
        "max_matrix_distance": FARTHEST_M,
        "max_matrix_location_pairs": MOST_PAIRS,
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "valhalla.json"
        file.write_text(json.dumps(config))
        try:
            return valhalla.Actor(file)
        except (RuntimeError, OSError) as error:
            msg = f"VALHALLA_TILES: {tiles.name} cannot be read ({error})."
            raise TravelFailed(msg) from error


def _code(error: RuntimeError) -> int | None:
    """Return the number of an error; 3.2 tells only the sentence."""
    sentences = {"No suitable edges": NO_SUITABLE_EDGE, "unconnected regions": UNCONNECTED}
    found = [code for sentence, code in sentences.items() if sentence in str(error)]
    return found[0] if found else None


def _locations(places: Places) -> list[dict[str, float]]:
    return [
        {"lat": round(float(latitude), 6), "lon": round(float(longitude), 6)}
        for latitude, longitude in zip(places.latitude, places.longitude, strict=True)
    ]


def _column(rows: Any, name: str, unit: float) -> Any:
    """Return one number of each cell, times its unit; what is not shaped like a matrix is left for the check."""
    if isinstance(rows, dict):  # the short form of servers since 3.4
        rows = rows.get(f"{'duration' if name == 'time' else name}s")
        return _scaled(rows, unit)
    if not isinstance(rows, list):
        return rows
    return _scaled(
        [
            [cell.get(name) if isinstance(cell, dict) else cell for cell in row]
            if isinstance(row, list)
            else row
            for row in rows
        ],
        unit,
    )


def _scaled(rows: Any, unit: float) -> Any:
    if unit == 1.0 or not isinstance(rows, list):
        return rows
    return [
        [cell * unit if type(cell) in (int, float) else cell for cell in row]
        if isinstance(row, list)
        else row
        for row in rows
    ]
