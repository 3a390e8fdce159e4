"""The checker's rules of what goes with whom and where: carriers, locks, affinities, sequences."""

from collections import defaultdict

from routing.engine.check_violation import Found, Violation
from routing.engine.problem import Problem
from routing.engine.solution import Route


def carrier(problem: Problem, index: int, route: Route) -> Found:
    """Every load allows the vehicle's carrier."""
    row = int(problem.vehicles.carrier[route.vehicle])
    for visit in route.visits:
        if not int(problem.loads.carrier_mask[visit.load]) & (1 << row):
            name = problem.carrier_names[row]
            text = f"Load {problem.loads.refs[visit.load]} may not go with {name}."
            yield Violation("carrier_allowed", index, visit.load, {"carrier": row}, text)


def locks(problem: Problem, index: int, route: Route) -> Found:
    """No load is carried that must stay, or by another vehicle than the one it is locked to."""
    loads = problem.loads
    for visit in route.visits:
        if loads.is_locked_out[visit.load]:
            text = f"Load {loads.refs[visit.load]} must stay."
            yield Violation("locked_out", index, visit.load, {}, text)
        lock = int(loads.vehicle_lock[visit.load])
        if lock not in {-1, route.vehicle}:
            text = f"Load {loads.refs[visit.load]} is locked to {problem.vehicles.refs[lock]}."
            yield Violation("vehicle_lock", index, visit.load, {"vehicle": lock}, text)


def exclusive_groups(problem: Problem, index: int, route: Route) -> Found:
    """Ask that a trip with a load of an exclusive group carries nothing else."""
    groups = sorted({int(problem.loads.exclusive_group[visit.load]) for visit in route.visits})
    if len(groups) > 1:
        text = f"Route {index} mixes an exclusive group with other loads."
        yield Violation("exclusive_group", index, -1, {"n_groups": len(groups)}, text)


def sequences(problem: Problem, index: int, route: Route) -> Found:
    """Ask that loads of one sequence are delivered in the order of their ranks."""
    loads = problem.loads
    last: dict[int, int] = {}
    for visit in route.visits:
        group, rank = int(loads.sequence_group[visit.load]), int(loads.sequence_rank[visit.load])
        if group < 0:
            continue
        if rank < last.get(group, rank):
            numbers = {"sequence_group": group, "rank": rank, "after_rank": last[group]}
            text = f"Load {loads.refs[visit.load]} is delivered too late in its sequence."
            yield Violation("sequence", index, visit.load, numbers, text)
        last[group] = max(rank, last.get(group, rank))


def apart(problem: Problem, index: int, route: Route) -> Found:
    """No two loads share the trip that must be kept apart."""
    here = {visit.load for visit in route.visits}
    for first, second in _pairs(problem, is_together=False):
        if first in here and second in here:
            refs = problem.loads.refs
            text = f"Loads {refs[first]} and {refs[second]} must not share a trip."
            yield Violation("apart", index, first, {"other": second}, text)


def together(problem: Problem, index: int, route: Route) -> Found:
    """Whoever is on the trip has all with it that must go together."""
    here = {visit.load for visit in route.visits}
    for first, second in _pairs(problem, is_together=True):
        if (first in here) != (second in here):
            refs = problem.loads.refs
            text = f"Loads {refs[first]} and {refs[second]} must go together."
            yield Violation("together", index, first, {"other": second}, text)


def components(problem: Problem) -> list[frozenset[int]]:
    """Return, per load, all loads that must go with it, itself among them."""
    friends: dict[int, set[int]] = defaultdict(set)
    for first, second in _pairs(problem, is_together=True):
        friends[first].add(second)
        friends[second].add(first)
    found = []
    for load in range(problem.n_loads):
        reached, front = {load}, [load]
        while front:
            new = friends[front.pop()] - reached
            reached |= new
            front += sorted(new)
        found.append(frozenset(reached))
    return found


def _pairs(problem: Problem, *, is_together: bool) -> list[tuple[int, int]]:
    rows = problem.affinities
    return [
        (int(first), int(second))
        for first, second, flag in zip(rows.first, rows.second, rows.is_together, strict=True)
        if bool(flag) == is_together
    ]
