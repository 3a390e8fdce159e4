"""Turns the fleet's make-up into vehicles with plates, trailers, drivers and sensors, the same every time."""

from dataclasses import dataclass

from routing.synthetic.catalog import Blueprint, Catalog

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
SIGNS = "0123456789" + LETTERS
LONG_SHIFT_S = 14 * 3600
"""From this shift length on two drivers share a vehicle."""


@dataclass(frozen=True, slots=True)
class FleetVehicle:
    """One vehicle of the synthetic fleet."""

    reference: str
    plate: str
    trailer_plate: str | None
    drivers: tuple[str, ...]
    license_class: str
    blueprint: Blueprint


def fleet_of(catalog: Catalog, n_vehicles: int) -> tuple[FleetVehicle, ...]:
    """Return the first `n_vehicles` of an endless fleet whose every stretch has the same make-up."""
    pattern = _pattern(catalog.blueprints)
    seen: dict[str, int] = {}
    n_drivers: dict[str, int] = {}
    fleet = []
    for row in range(n_vehicles):
        blueprint = pattern[row % len(pattern)]
        prefix = blueprint.prefix
        seen[prefix] = seen.get(prefix, 0) + 1
        n = crew_of(blueprint)
        first = n_drivers.get(prefix, 0) + 1
        n_drivers[prefix] = first + n - 1
        fleet.append(
            FleetVehicle(
                reference=f"{prefix}-{seen[prefix]:03d}",
                plate=plate_of(row, blueprint.new_energy),
                trailer_plate=f"豫L{_tail(row, 4)}挂" if blueprint.has_trailer else None,
                drivers=tuple(f"{prefix}-D-{i:03d}" for i in range(first, first + n)),
                license_class=_license(blueprint),
                blueprint=blueprint,
            )
        )
    return tuple(fleet)


def crew_of(blueprint: Blueprint) -> int:
    """Return how many drivers share a vehicle of this kind."""
    return 2 if blueprint.shift_to_s - blueprint.shift_from_s > LONG_SHIFT_S else 1


def plate_of(row: int, new_energy: str | None) -> str:
    """Return a Luohe plate: five signs, or the six of a small or large new-energy vehicle."""
    number = (row * 7919 + 4111) % 10_000
    if new_energy == "small":
        return f"豫LD{SIGNS[row % len(SIGNS)]}{number:04d}"
    if new_energy == "large":
        return f"豫L{row % 10}{number:04d}F"
    return f"豫L{_tail(row, 5)}"


def _tail(row: int, length: int) -> str:
    """Return distinct signs for distinct rows: a letter, digits, and the row's own two signs."""
    base = len(SIGNS)
    own = SIGNS[row // base % base] + SIGNS[row % base]
    digits = f"{(row * 37 + 11) % 100:02d}"[: length - 3]
    return LETTERS[row // base // base % len(LETTERS)] + digits + own


def _license(blueprint: Blueprint) -> str:
    if blueprint.has_trailer:
        return "A2"
    return "C1" if blueprint.max_weight_kg < 2000 else "B2"  # noqa: PLR2004  (blue plate)


def _pattern(blueprints: tuple[Blueprint, ...]) -> list[Blueprint]:
    """Interleave the kinds evenly, as Bresenham would."""
    marks = [
        ((place + 0.5) / blueprint.n, row)
        for row, blueprint in enumerate(blueprints)
        for place in range(blueprint.n)
    ]
    return [blueprints[row] for _, row in sorted(marks)]
