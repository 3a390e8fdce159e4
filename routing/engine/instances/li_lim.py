"""Reads the text format of Li and Lim (pickup and delivery with time windows)."""

import math

from routing.engine.instances.instance import Fleet, Instance, InstanceError, vehicle_count

N_FIGURES = 9
"""Number, x, y, demand, earliest, latest, service, pickup sibling, delivery sibling."""


def parse_li_lim(text: str) -> Instance:
    """Return the instance; place 0 is the depot and `pair` joins the two ends of each request.

    Raises
    ------
    InstanceError
        When rows are not numbered in turn with 9 figures, or two ends do not name each other.
    """
    table = [
        (at, _figures(at, line)) for at, line in enumerate(text.splitlines(), 1) if line.strip()
    ]
    if not table or len(table[0][1]) < 2:  # noqa: PLR2004  (number of vehicles, capacity)
        message = "line 1: a table of figures was expected, first number and capacity of vehicles"
        raise InstanceError(message)
    (first, head), body = table[0], table[1:]
    for number, (at, row) in enumerate(body):
        if len(row) != N_FIGURES or row[0] != number:
            message = f"line {at}: rows 0 to {len(body) - 1} in turn with {N_FIGURES} figures were expected"
            raise InstanceError(message)
    rows = [row for _, row in body]
    if not rows:
        message = "a table of figures with a row for the depot was expected"
        raise InstanceError(message)
    n_vehicles = vehicle_count(head[0], f"line {first}") or 0
    return Instance(
        name="",
        family="PDPTW",
        n_depots=1,
        coordinates=tuple((row[1], row[2]) for row in rows),
        demand=tuple(row[3] for row in rows),
        fleet=Fleet(n_vehicles, (head[1],) * n_vehicles),
        window=tuple((row[4], row[5]) for row in rows),
        service=tuple(row[6] for row in rows),
        pair=_pairs(rows),
    )


def _pairs(rows: list[list[float]]) -> tuple[int, ...]:
    pair = tuple(int(row[7]) or int(row[8]) for row in rows)
    if pair[0]:
        message = f"row 0: the depot has no pair, {pair[0]} is named"
        raise InstanceError(message)
    for place, other in enumerate(pair[1:], start=1):
        if not 0 < other < len(pair) or pair[other] != place or rows[place][3] != -rows[other][3]:
            message = f"row {place}: its pair {other} does not name it with the same amount"
            raise InstanceError(message)
    for place, row in enumerate(rows[1:], start=1):
        if row[3] == 0 or (row[3] < 0) != (row[7] != 0):
            message = f"row {place}: {row[3]:g} is no amount of a pickup or, below 0, of a delivery"
            raise InstanceError(message)
    return pair


def _figures(at: int, line: str) -> list[float]:
    try:
        figures = [float(word) for word in line.split()]
    except ValueError as error:
        message = f"line {at}: a table of figures was expected ({error})"
        raise InstanceError(message) from error
    if not all(map(math.isfinite, figures)):
        message = f"line {at}: a table of figures was expected, not {line.strip()!r}"
        raise InstanceError(message)
    return figures
