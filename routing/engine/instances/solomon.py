"""Reads the text format of Solomon and of Gehring and Homberger (VRPTW)."""

from routing.engine.instances.instance import Fleet, Instance, InstanceError

N_FIGURES = 7
"""Number, x, y, demand, ready time, due date, service time."""


def parse_solomon(text: str) -> Instance:
    """Return the instance; place 0 is the depot.

    Raises
    ------
    InstanceError
        When the vehicle line is missing or customers are not numbered in turn with 7 figures.
    """
    lines = [line.split() for line in text.splitlines() if line.strip()]
    rows = [_figures(line) for line in lines[1:]]
    fleets = [row for row in rows if row is not None and len(row) == 2]  # noqa: PLR2004
    places = [row for row in rows if row is not None and len(row) == N_FIGURES]
    if len(fleets) != 1:
        message = "one line with number and capacity of the vehicles was expected"
        raise InstanceError(message)
    others = [row for row in rows if row is not None and len(row) not in {2, N_FIGURES}]
    if not places or others or any(row[0] != at for at, row in enumerate(places)):
        message = f"customers 0 to {len(places) - 1} in turn with {N_FIGURES} figures were expected"
        raise InstanceError(message)
    n_vehicles, capacity = int(fleets[0][0]), fleets[0][1]
    return Instance(
        name=" ".join(lines[0]),
        family="VRPTW",
        n_depots=1,
        coordinates=tuple((row[1], row[2]) for row in places),
        demand=tuple(row[3] for row in places),
        fleet=Fleet(n_vehicles, (capacity,) * n_vehicles),
        window=tuple((row[4], row[5]) for row in places),
        service=tuple(row[6] for row in places),
    )


def _figures(words: list[str]) -> list[float] | None:
    """Return the line's figures, or None for a heading."""
    if any(character.isalpha() for character in words[0]):
        return None
    try:
        return [float(word) for word in words]
    except ValueError as error:
        message = f"a line mixes figures and words: {' '.join(words)!r}"
        raise InstanceError(message) from error
