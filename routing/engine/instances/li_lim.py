"""Reads the text format of Li and Lim (pickup and delivery with time windows)."""

from routing.engine.instances.instance import Fleet, Instance, InstanceError

N_FIGURES = 9
"""Number, x, y, demand, earliest, latest, service, pickup sibling, delivery sibling."""


def parse_li_lim(text: str) -> Instance:
    """Return the instance; place 0 is the depot and `pair` joins the two ends of each request.

    Raises
    ------
    InstanceError
        When rows are not numbered in turn with 9 figures, or two ends do not name each other.
    """
    lines = [line.split() for line in text.splitlines() if line.strip()]
    try:
        head, rows = [float(word) for word in lines[0]], [[float(w) for w in x] for x in lines[1:]]
    except (ValueError, IndexError) as error:
        message = f"a table of figures was expected ({error})"
        raise InstanceError(message) from error
    if any(len(row) != N_FIGURES or row[0] != at for at, row in enumerate(rows)):
        message = f"rows 0 to {len(rows) - 1} in turn with {N_FIGURES} figures were expected"
        raise InstanceError(message)
    pair = tuple(int(row[7]) or int(row[8]) for row in rows)
    for place, other in enumerate(pair[1:], start=1):
        if not 0 < other < len(pair) or pair[other] != place or rows[place][3] != -rows[other][3]:
            message = f"row {place}: its pair {other} does not name it with the same amount"
            raise InstanceError(message)
    n_vehicles, capacity = int(head[0]), head[1]
    return Instance(
        name="",
        family="PDPTW",
        n_depots=1,
        coordinates=tuple((row[1], row[2]) for row in rows),
        demand=tuple(row[3] for row in rows),
        fleet=Fleet(n_vehicles, (capacity,) * n_vehicles),
        window=tuple((row[4], row[5]) for row in rows),
        service=tuple(row[6] for row in rows),
        pair=pair,
    )
