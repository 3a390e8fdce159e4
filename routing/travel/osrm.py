"""Travel times of an OSRM server: its table service over HTTP."""

from dataclasses import dataclass
from typing import Any

from routing.travel.answers import checked_table
from routing.travel.places import Places
from routing.travel.protocol import NoRoadNear, Table, TravelFailed
from routing.travel.server import Server

OK, NO_SEGMENT = "Ok", "NoSegment"


@dataclass(frozen=True, slots=True)
class Osrm:
    """An OSRM server (API v1); `most_places` is at most its --max-table-size.

    `vehicle` stands in the address of a request and is only a name there: the speeds are those of
    the profile with which the server's map was prepared.
    """

    server: Server
    profile: str
    vehicle: str = "driving"
    most_places: int = 100
    is_kept: bool = True

    def table(self, sources: Places, targets: Places) -> Table:
        """Ask for one table, or raise TravelFailed or NoRoadNear."""
        answer = self.server.ask(f"/table/v1/{self.vehicle}/{_query(sources, targets)}")
        code = answer.get("code") if isinstance(answer, dict) else None
        if code == NO_SEGMENT:
            raise NoRoadNear
        if code != OK:
            msg = f"{self.server.label} refused a table: {_reason(answer)}."
            raise TravelFailed(msg)
        for name in ("distances", "durations"):
            if name not in answer:
                msg = f"{self.server.label} answered without {name}; OSRM 5.18 or later is needed."
                raise TravelFailed(msg)
        return checked_table(
            self.server.label,
            (sources, targets),
            meters=answer["distances"],
            seconds=answer["durations"],
        )


def _query(sources: Places, targets: Places) -> str:
    """Return coordinates and options of a table; a place that is source and target is named once."""
    number: dict[str, int] = {}

    def numbers(places: Places) -> str:
        points = [
            f"{longitude:.6f},{latitude:.6f}"
            for latitude, longitude in zip(places.latitude, places.longitude, strict=True)
        ]
        return ";".join(str(number.setdefault(point, len(number))) for point in points)

    from_numbers, to_numbers = numbers(sources), numbers(targets)
    ends = f"sources={from_numbers}&destinations={to_numbers}"
    if len(number) == 1:  # a table of one coordinate is refused
        return f"{';'.join([*number, *number])}?{ends}&annotations=duration,distance"
    return f"{';'.join(number)}?{ends}&annotations=duration,distance"


def _reason(answer: Any) -> str:
    if not isinstance(answer, dict):
        return "its answer is no object"
    return f"{answer.get('code', 'without a code')} {answer.get('message', '')}".strip().rstrip(".")
