"""Reads ``.sol`` files: one ``Route #k:`` line per route, then the cost."""

import re

from routing.engine.instances.instance import InstanceError, KnownSolution

_ROUTE = re.compile(r"^Route\s*#?\s*(\d+)\s*:(.*)$", re.IGNORECASE)
_COST = re.compile(r"^Cost\s*:?\s*([-+0-9.eE]+)\s*$", re.IGNORECASE)


def parse_solution(text: str) -> KnownSolution:
    """Return routes and cost; empty routes stay, since their number names the vehicle.

    Raises
    ------
    InstanceError
        When a stop is no number, routes are not numbered in turn, or there is no cost.
    """
    routes: list[tuple[int, ...]] = []
    cost = None
    for number, line in enumerate(text.splitlines(), start=1):
        route, stated = _ROUTE.match(line.strip()), _COST.match(line.strip())
        if route:
            if int(route[1]) != len(routes) + 1:
                message = f"line {number}: route {route[1]} where {len(routes) + 1} was expected"
                raise InstanceError(message)
            try:
                routes.append(tuple(int(stop) for stop in route[2].split()))
            except ValueError as error:
                message = f"line {number}: a stop is no number ({error})"
                raise InstanceError(message) from error
        elif stated:
            cost = stated[1]
    if cost is None:
        message = "the solution states no cost"
        raise InstanceError(message)
    return KnownSolution(tuple(routes), float(cost), "." not in cost)
