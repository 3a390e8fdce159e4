"""Reads the text format of Solomon and of Gehring and Homberger (VRPTW)."""

import math

from routing.engine.instances.instance import Fleet, Instance, InstanceError, vehicle_count

N_FIGURES = 7
"""Number, x, y, demand, ready time, due date, service time."""

Row = tuple[int, list[float]]
"""A line's number, from 1, and its figures."""


def parse_solomon(text: str) -> Instance:
    """Return the instance; place 0 is the depot.

    Raises
    ------
    InstanceError
        When the vehicle line is missing or customers are not numbered in turn with 7 figures.
    """
    lines = [(at, line.split()) for at, line in enumerate(text.splitlines(), 1) if line.strip()]
    rows = [(at, row) for at, words in lines[1:] if (row := _figures(at, words)) is not None]
    fleets = [row for row in rows if len(row[1]) == 2]  # noqa: PLR2004  (number, capacity)
    if len(fleets) != 1:
        message = "one line with number and capacity of the vehicles was expected"
        raise InstanceError(message)
    places = _places([row for row in rows if len(row[1]) != 2])  # noqa: PLR2004
    at, (stated, capacity) = fleets[0]
    n_vehicles = vehicle_count(stated, f"line {at}") or 0
    return Instance(
        name=" ".join(lines[0][1]),
        family="VRPTW",
        n_depots=1,
        coordinates=tuple((row[1], row[2]) for row in places),
        demand=tuple(row[3] for row in places),
        fleet=Fleet(n_vehicles, (capacity,) * n_vehicles),
        window=tuple((row[4], row[5]) for row in places),
        service=tuple(row[6] for row in places),
    )


def _places(rows: list[Row]) -> list[list[float]]:
    n_whole = sum(1 for _, row in rows if len(row) == N_FIGURES)
    for number, (at, row) in enumerate(rows):
        if len(row) != N_FIGURES or row[0] != number:
            message = (
                f"line {at}: customers 0 to {max(0, n_whole - 1)} in turn with {N_FIGURES} figures"
                f" were expected, not {len(row)} figures with number {row[0]:g}"
            )
            raise InstanceError(message)
    if not rows:
        message = f"customers from 0 on with {N_FIGURES} figures were expected, there is none"
        raise InstanceError(message)
    return [row for _, row in rows]


def _figures(at: int, words: list[str]) -> list[float] | None:
    """Return the line's figures, or None for a heading."""
    if any(character.isalpha() for character in words[0]):
        return None
    try:
        figures = [float(word) for word in words]
    except ValueError:
        figures = [math.nan]
    if not all(map(math.isfinite, figures)):
        message = f"line {at}: a line mixes figures and words: {' '.join(words)!r}"
        raise InstanceError(message)
    return figures
