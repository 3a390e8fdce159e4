"""Finds the places that no vehicle can visit even alone, and plans without them.

The rules are the checker's, asked of a route with one client, or with one pickup and its delivery.
"""

from dataclasses import dataclass, replace

import numpy as np

from routing.engine.check_plain import RULES, plain_cost
from routing.engine.check_violation import Violation
from routing.engine.columns import Ints
from routing.engine.plain.problem import PlainProblem, PlainRoute, PlainSolution

PER_PLACE = ("demand", "window_from", "window_to", "service", "release", "prize")
SENTENCES = {
    "served": "no vehicle type may visit it",
    "capacity": "{on_board} on board, the vehicle's capacity is {capacity}",
    "window": "reached at {earliest} at the earliest, closed after {closes}",
    "shift": "the vehicle would be back at {earliest}, it has to be by {closes}",
    "duration": "the vehicle would be away for {duration}, the most is {most}",
    "distance": "the way is {distance}, the most is {most}",
}
ORDER = ("served", "trips", "capacity", "pair", "window", "shift", "duration", "distance")


def impossible_places(problem: PlainProblem) -> list[Violation]:
    """Return, for each place that no vehicle could visit alone, the rule that fails last.

    The rule is that of the vehicle type that comes furthest through the rules.
    """
    if not int(problem.types.n_available.sum()):
        return [
            Violation("fleet", -1, place, {"n_vehicles": 0}, f"Place {place}: there is no vehicle.")
            for place in range(problem.n_depots, problem.n_places)
        ]
    found = []
    for place in range(problem.n_depots, problem.n_places):
        failing = _alone(problem, place)
        if failing is not None:
            numbers = failing.numbers
            what = SENTENCES.get(failing.rule, failing.sentence).format(**numbers)
            text = f"Place {place} cannot be visited by any vehicle ({failing.rule}): {what}."
            found.append(Violation(failing.rule, -1, place, numbers, text))
    return found


def _alone(problem: PlainProblem, place: int) -> Violation | None:
    """Return None if some vehicle type can visit the place alone, else why the best cannot."""
    other = int(problem.pair[place])
    trip: tuple[int, ...] = (place,)
    if other:
        trip = (place, other) if problem.demand[place].sum() >= 0 else (other, place)
    firsts = []
    for kind in np.flatnonzero(problem.types.n_available).tolist():
        route = PlainRoute(kind, (trip,))
        broken = [found for rule in RULES for found in rule(problem, 0, route)]
        if not broken:
            return None
        firsts.append(min(broken, key=lambda found: ORDER.index(found.rule)))
    return max(firsts, key=lambda found: ORDER.index(found.rule))


@dataclass(frozen=True, slots=True)
class Reduced:
    """A problem without some places; `places` are the original numbers of those that remain."""

    original: PlainProblem
    problem: PlainProblem
    places: Ints

    def restored(self, solution: PlainSolution) -> PlainSolution:
        """Return the solution in the original's numbers; removed places are left."""
        routes = tuple(
            PlainRoute(
                route.vehicle_type,
                tuple(tuple(int(self.places[place]) for place in trip) for trip in route.trips),
            )
            for route in solution.routes
        )
        visited = {place for route in routes for place in route.places}
        everyone = range(self.original.n_depots, self.original.n_places)
        left = tuple(place for place in everyone if place not in visited)
        whole = replace(solution, routes=routes, left=left, bound=None)
        return replace(whole, cost=plain_cost(self.original, whole))


def without(problem: PlainProblem, places: set[int]) -> Reduced:
    """Return the problem without `places` and without the other ends of their requests."""
    gone = places | {int(problem.pair[place]) for place in places if problem.pair[place]}
    kept = np.array([p for p in range(problem.n_places) if p not in gone], dtype=np.int64)
    number = np.zeros(problem.n_places, dtype=np.int64)
    number[kept] = np.arange(len(kept))
    types = replace(problem.types, serves=problem.types.serves[:, kept])
    reduced = replace(
        problem,
        coordinates=tuple(problem.coordinates[place] for place in kept),
        distance=problem.distance[np.ix_(kept, kept)],
        duration=problem.duration[np.ix_(kept, kept)],
        pair=number[problem.pair[kept]],
        types=types,
        **{name: getattr(problem, name)[kept] for name in PER_PLACE},
    )
    return Reduced(problem, reduced, kept)
