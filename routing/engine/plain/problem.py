"""The routing problem of the literature as integer columns: places, clients, vehicle types.

Places `0 … n_depots-1` are depots, all others are clients; every per-place column has `n_places`
rows. Distances, times and costs are integers in units that the reader chooses. The park's rich
problem (`routing.engine.problem`) holds what this form cannot say; this one is what PyVRP and the
plain kernel search, for the public families and as a relaxation of a rich day.
"""

from dataclasses import dataclass, field

import numpy as np

from routing.engine.columns import Bools, Ints, ProblemError, int_matrix

FAR = 1 << 40
"""No window, no limit; sums of a few of them still fit 63 bits."""

REQUIRED = -1
"""Prize of a client that must be visited."""

MAX_TOTAL = 1 << 52
"""Sums above this leave no room for exact arithmetic."""


@dataclass(frozen=True, slots=True)
class VehicleTypes:
    """Vehicles, one row a type; `n_available` of each.

    Attributes
    ----------
    capacity
        [n_types, n_dimensions].
    start_depot, end_depot
        Depots of each type; `reload_depot` is where it may load again, or -1; then it makes up to
        `max_trips` trips one after the other.
    fixed_cost, unit_distance_cost, unit_duration_cost
        Cost of a used vehicle, per unit of distance and per unit of time away.
    shift_from, shift_to, max_duration, max_distance
        Limits of one vehicle's whole route.
    serves
        [n_types, n_places]: whether the type may visit the place.
    """

    n_available: Ints
    capacity: Ints
    start_depot: Ints
    end_depot: Ints
    reload_depot: Ints
    max_trips: Ints
    fixed_cost: Ints
    unit_distance_cost: Ints
    unit_duration_cost: Ints
    shift_from: Ints
    shift_to: Ints
    max_duration: Ints
    max_distance: Ints
    serves: Bools


@dataclass(frozen=True, slots=True)
class PlainProblem:
    """One problem; see the module for its conventions.

    Attributes
    ----------
    demand
        [n_places, n_dimensions]; what a delivery takes from the vehicle's capacity. Where `pair` is
        given (pickup and delivery) a pickup has a positive row, its delivery the negative one.
    window_from, window_to
        Service starts in the window, both ends in; for depots the opening time.
    service
        Time of a visit; of a depot the time of each loading there.
    release
        Moment from which the goods of a place may leave the depot.
    prize
        What leaving the place costs, or `REQUIRED`.
    pair
        The other end of a request, or 0 everywhere.
    """

    name: str
    n_depots: int
    coordinates: tuple[tuple[float, float], ...]
    distance: Ints
    duration: Ints
    demand: Ints
    window_from: Ints
    window_to: Ints
    service: Ints
    release: Ints
    prize: Ints
    pair: Ints
    types: VehicleTypes
    has_windows: bool = field(default=True)

    def __post_init__(self) -> None:
        """Check matrices and what no search may meet: an overflow or a window that cannot be met."""
        n = len(self.coordinates)
        for name in ("distance", "duration"):
            object.__setattr__(self, name, int_matrix(name, getattr(self, name), n))
        longest = max(int(self.distance.max(initial=0)), int(self.duration.max(initial=0)))
        if longest * max(1, n) > MAX_TOTAL:
            message = f"distance: {longest} × {n} places overflow"
            raise ProblemError(message, field="distance")

    @property
    def n_places(self) -> int:
        """Number of depots and clients."""
        return len(self.coordinates)

    @property
    def n_clients(self) -> int:
        """Number of places that are no depots."""
        return self.n_places - self.n_depots

    @property
    def is_optional(self) -> bool:
        """Whether some client may be left."""
        return bool((self.prize[self.n_depots :] != REQUIRED).any())


@dataclass(frozen=True, slots=True)
class PlainRoute:
    """One vehicle's work: its type and its trips, each the places visited in turn."""

    vehicle_type: int
    trips: tuple[tuple[int, ...], ...]

    @property
    def places(self) -> tuple[int, ...]:
        """All visits in turn."""
        return tuple(place for trip in self.trips for place in trip)


@dataclass(frozen=True, slots=True)
class PlainSolution:
    """Routes, places left and what both cost; `bound` is a proven lower bound or None."""

    routes: tuple[PlainRoute, ...]
    left: tuple[int, ...]
    cost: int
    bound: int | None = None
    n_steps: int = 0
    seconds: float = 0.0


def arrays_of(n_types: int, **columns: object) -> dict[str, Ints]:
    """Return each value as a column of `n_types` integers; a single value is repeated."""
    return {
        name: np.broadcast_to(np.asarray(value, dtype=np.int64), (n_types,)).copy()
        for name, value in columns.items()
    }
