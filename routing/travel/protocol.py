"""What every provider of travel times offers, and how it says that it cannot answer."""

from dataclasses import dataclass
from typing import Protocol

from logistics.errors import DomainError
from routing.engine.columns import Ints
from routing.travel.places import Places

NO_ROAD = -1
"""Stands in a table, as meters and as seconds, where the provider knows both places but no way between them."""


class TravelFailed(DomainError):
    """Travel times cannot be had, or make no sense; the sentence names the provider and, if it can, the pair."""

    def __init__(self, detail: str) -> None:
        super().__init__("travel_failed", detail, 503)


class NoRoadNear(Exception):
    """A table is refused for one of its places, nobody says which: no road is near it, or none leads there."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Ways from sources to targets: `distance_m` and `duration_s`, both [n_sources, n_targets] or NO_ROAD."""

    distance_m: Ints
    duration_s: Ints


class TravelTimes(Protocol):
    """A provider of travel times."""

    @property
    def profile(self) -> str:
        """The name, at most 64 characters, of everything that its answers depend on; the key of what is kept."""

    @property
    def is_kept(self) -> bool:
        """Whether its answers are worth keeping: false where asking is faster than looking up."""

    @property
    def most_places(self) -> int:
        """How many different places one request may name, at least two."""

    def table(self, sources: Places, targets: Places) -> Table:
        """Return the ways from each source to each target, or raise TravelFailed or NoRoadNear."""
