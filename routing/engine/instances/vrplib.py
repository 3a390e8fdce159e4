"""Reads VRPLIB files: CVRP, VRPTW, HFVRP, MDVRPTW, PCVRPTW and MTVRPTWR in PyVRP's dialect."""

from routing.engine.instances.instance import Fleet, Instance, InstanceError, vehicle_count
from routing.engine.instances.sections import Sections, split_sections

FAMILIES = ("CVRP", "VRPTW", "HFVRP", "MDVRPTW", "PCVRPTW", "MTVRPTWR")
END_OF_DEPOTS = -1


def parse_vrplib(text: str) -> Instance:
    """Return the instance of a ``.vrp`` file.

    Raises
    ------
    InstanceError
        When the type is unknown, or a section is missing, of the wrong length or out of order.
    """
    sections = split_sections(text)
    family = sections.header.get("TYPE", "")
    if family not in FAMILIES:
        message = f"TYPE: {family!r} is none of {', '.join(FAMILIES)}"
        raise InstanceError(message)
    if sections.header.get("EDGE_WEIGHT_TYPE") != "EUC_2D":
        message = f"EDGE_WEIGHT_TYPE: {sections.header.get('EDGE_WEIGHT_TYPE')!r}, not EUC_2D"
        raise InstanceError(message)
    coordinates = _coordinates(sections)
    n = len(coordinates)
    return Instance(
        name=sections.header.get("NAME", ""),
        family=family,
        n_depots=_n_depots(sections),
        coordinates=coordinates,
        demand=_needed(sections, "DEMAND", n),
        fleet=_fleet(sections),
        window=_windows(sections, n),
        service=_service(sections, n),
        release=sections.column("RELEASE_TIME", n),
        prize=tuple(int(prize) for prize in sections.column("PRIZE", n)),
    )


def _needed(sections: Sections, name: str, n: int) -> tuple[float, ...]:
    column = sections.column(name, n)
    if len(column) != n:
        message = f"{name}_SECTION is missing"
        raise InstanceError(message)
    return column


def _coordinates(sections: Sections) -> tuple[tuple[float, float], ...]:
    rows = sections.rows.get("NODE_COORD", [])
    found = tuple((row[1], row[2]) for row in rows if len(row) == 3)  # noqa: PLR2004  (id, x, y)
    dimension = sections.number("DIMENSION")
    if not found or len(found) != len(rows) or dimension != _dimension(sections, len(found)):
        message = f"NODE_COORD_SECTION: {len(found)} places, DIMENSION says {dimension}"
        raise InstanceError(message)
    sections.check_turns("NODE_COORD", len(found))
    return found


def _dimension(sections: Sections, n_places: int) -> float:
    """Return what DIMENSION should say: HFVRP files count customers only, all others every place."""
    says = sections.number("DIMENSION")
    is_customers_only = sections.header.get("TYPE") == "HFVRP" and says == n_places - 1
    return n_places - 1 if is_customers_only else n_places


def _n_depots(sections: Sections) -> int:
    rows = [int(row[0]) for row in sections.rows.get("DEPOT", []) if row]
    depots = [row for row in rows if row != END_OF_DEPOTS]
    if depots != list(range(1, len(depots) + 1)):
        message = f"DEPOT_SECTION: depots {depots} are not the first places"
        raise InstanceError(message)
    return max(1, len(depots))


def _windows(sections: Sections, n: int) -> tuple[tuple[float, float], ...]:
    opens = sections.column("TIME_WINDOW", n)
    if not opens:
        return ()
    windows = []
    for at, row in enumerate(sections.rows["TIME_WINDOW"], start=1):
        if len(row) != 3 or row[1] > row[2]:  # noqa: PLR2004  (id, from, to)
            message = f"TIME_WINDOW_SECTION: row {at} is no window"
            raise InstanceError(message)
        windows.append((row[1], row[2]))
    return tuple(windows)


def _service(sections: Sections, n: int) -> tuple[float, ...]:
    column = sections.column("SERVICE_TIME", n)
    same = sections.number("SERVICE_TIME")
    if column or same is None:
        return column
    n_depots = _n_depots(sections)
    return (0.0,) * n_depots + (same,) * (n - n_depots)


def _fleet(sections: Sections) -> Fleet:
    n_vehicles = vehicle_count(sections.number("VEHICLES"), "VEHICLES")

    def each(section: str, field: str = "") -> tuple[float, ...]:
        column = sections.column(section, n_vehicles or 0)
        same = sections.number(field) if field else None
        return column if column or same is None else (same,) * (n_vehicles or 1)

    fleet = Fleet(
        n_vehicles=n_vehicles,
        capacity=each("CAPACITY", "CAPACITY"),
        start_depot=tuple(int(depot) - 1 for depot in each("VEHICLES_DEPOT")),
        reload_depot=tuple(int(depot) - 1 for depot in each("VEHICLES_RELOAD_DEPOT")),
        fixed_cost=tuple(int(cost) for cost in each("VEHICLES_FIXED_COST")),
        unit_cost=tuple(int(cost) for cost in each("VEHICLES_UNIT_DISTANCE_COST")),
        max_duration=each("VEHICLES_MAX_DURATION", "VEHICLES_MAX_DURATION"),
    )
    if not fleet.capacity:
        message = "neither CAPACITY nor CAPACITY_SECTION is there"
        raise InstanceError(message)
    return fleet
