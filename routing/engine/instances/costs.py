"""What a known solution costs in its family's convention, by the checker's own arithmetic.

All sums are whole numbers, in units of a decimal fraction of the instance's distance:

========  =======================================  ====================================
family    one leg                                  cost
========  =======================================  ====================================
CVRP      distance, rounded                        sum
VRPTW     10 × distance, truncated                 sum ÷ 10
PCVRPTW   10 × distance, truncated                 sum + 10 × prizes of the left places
MTVRPTWR  10 × distance, truncated                 sum; a 0 within a route is a reload
MDVRPTW   1000 × distance, rounded                 sum
HFVRP     distance × unit cost                     + fixed costs, ÷ 100, to two decimals
HFVRP     1000 × distance, rounded, × unit cost    + 1000 × fixed costs
========  =======================================  ====================================

HFVRP solutions come in two dialects: costs with a decimal point are in the literature's unit, the
others in PyVRP's. Of the former, exact distances are summed in billionths.
"""

import math
from collections.abc import Callable
from fractions import Fraction

from routing.engine.check_costs import along, half_up, plan_cost, route_cost
from routing.engine.instances.instance import Instance, InstanceError, KnownSolution

BILLION = 10**9
Between = Callable[[int, int], int]


def known_cost(instance: Instance, known: KnownSolution) -> Fraction:
    """Return the recomputed cost of `known`, in the unit in which its file states it.

    Raises
    ------
    InstanceError
        When a route visits a place that is not there, or one twice, or a place that is not
        optional is left out.
    """
    check_coverage(instance, known)
    if instance.family == "HFVRP":
        return _fleet_cost(instance, known)
    between, per_unit = _convention(instance)
    routes = [
        route_cost(0, along(way(instance, vehicle, stops), between))
        for vehicle, stops in enumerate(known.routes)
    ]
    left = _left(instance, known) if instance.prize else ()
    return Fraction(plan_cost(routes, (10 * instance.prize[place] for place in left)), per_unit)


def states_the_same(known: KnownSolution, cost: Fraction) -> bool:
    """Whether the stated cost is the recomputed one, to the last digit that its file writes."""
    return half_up(cost * 100) == half_up(Fraction(str(known.cost)) * 100)


def way(instance: Instance, vehicle: int, stops: tuple[int, ...]) -> list[int]:
    """Return the places of one route from depot to depot; nothing for a vehicle that stays."""
    if not stops:
        return []
    starts = instance.fleet.start_depot
    depot = starts[vehicle] if starts else 0
    return [depot, *stops, depot]


def check_coverage(instance: Instance, known: KnownSolution) -> None:
    """Refuse routes that leave the places, visit one twice, or leave out one that must be served."""
    visited: set[int] = set()
    for number, stops in enumerate(known.routes, start=1):
        for stop in stops:
            if instance.fleet.reload_depot and stop == 0:
                continue
            if not instance.n_depots <= stop < len(instance.coordinates) or stop in visited:
                message = f"route {number}: place {stop} is no customer or visited twice"
                raise InstanceError(message)
            visited.add(stop)
    left = _left(instance, known)
    if left and not instance.prize:
        message = f"places {sorted(left)[:5]} are on no route"
        raise InstanceError(message)


def _left(instance: Instance, known: KnownSolution) -> set[int]:
    customers = set(range(instance.n_depots, len(instance.coordinates)))
    return customers.difference(*known.routes)


def _convention(instance: Instance) -> tuple[Between, int]:
    """Return the family's leg, and how many of its units make one of the file's."""
    if instance.family == "CVRP":
        return _rounded(instance, 1), 1
    if instance.family == "MDVRPTW":
        return _rounded(instance, 1000), 1
    if instance.family in {"VRPTW", "PCVRPTW", "MTVRPTWR"}:
        return _truncated(instance), 10 if instance.family == "VRPTW" else 1
    message = f"{instance.family} has no known solutions"
    raise InstanceError(message)


def _fleet_cost(instance: Instance, known: KnownSolution) -> Fraction:
    scale = 1000 if known.is_integer else BILLION
    between = _rounded(instance, scale)
    fixed, unit = instance.fleet.fixed_cost, instance.fleet.unit_cost
    routes = []
    for vehicle, stops in enumerate(known.routes):
        if stops:
            length = along(way(instance, vehicle, stops), between)
            fixed_cost = scale * fixed[vehicle] if fixed else 0
            routes.append(route_cost(fixed_cost, length, unit[vehicle] if unit else 1))
    return Fraction(plan_cost(routes), 1 if known.is_integer else 100 * scale)


def _rounded(instance: Instance, scale: int) -> Between:
    return lambda a, b: round(scale * _distance(instance, a, b))


def _truncated(instance: Instance) -> Between:
    return lambda a, b: int(10 * _distance(instance, a, b))


def _distance(instance: Instance, a: int, b: int) -> float:
    return math.dist(instance.coordinates[a], instance.coordinates[b])
