"""One public instance, whatever its file format; places are zero-based, depots come first."""

from dataclasses import dataclass, field

MOST_VEHICLES = 1_000_000


class InstanceError(ValueError):
    """A file that is not what its family promises; the message names the line or section."""


def vehicle_count(stated: float | None, where: str) -> int | None:
    """Return a stated number of vehicles, or None where none is stated.

    Raises
    ------
    InstanceError
        When it is no whole number from 0 to `MOST_VEHICLES`.
    """
    if stated is None:
        return None
    if not 0 <= stated <= MOST_VEHICLES or stated != int(stated):
        message = f"{where}: {stated:g} is no whole number from 0 to {MOST_VEHICLES}"
        raise InstanceError(message)
    return int(stated)


@dataclass(frozen=True, slots=True)
class Fleet:
    """One entry per vehicle; an empty tuple means that the family has no such figure.

    `n_vehicles` is None where the number is free. `reload_depot` is the depot where a vehicle may
    load again.
    """

    n_vehicles: int | None
    capacity: tuple[float, ...]
    start_depot: tuple[int, ...] = ()
    reload_depot: tuple[int, ...] = ()
    fixed_cost: tuple[int, ...] = ()
    unit_cost: tuple[int, ...] = ()
    max_duration: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Instance:
    """Places with demands and times; customer columns have one entry per place, depots included.

    In pickup-and-delivery families `demand` is negative at deliveries and `pair` names the other
    end of each request.
    """

    name: str
    family: str
    n_depots: int
    coordinates: tuple[tuple[float, float], ...]
    demand: tuple[float, ...]
    fleet: Fleet
    window: tuple[tuple[float, float], ...] = ()
    service: tuple[float, ...] = ()
    release: tuple[float, ...] = ()
    prize: tuple[int, ...] = ()
    pair: tuple[int, ...] = field(default=())

    @property
    def n_customers(self) -> int:
        """Number of places that are no depots."""
        return len(self.coordinates) - self.n_depots


@dataclass(frozen=True, slots=True)
class KnownSolution:
    """Routes of a ``.sol`` file as written there, and the cost that it states.

    `is_integer` says whether the cost was written without a decimal point, which in one family
    tells its unit.
    """

    routes: tuple[tuple[int, ...], ...]
    cost: float
    is_integer: bool
