"""The checker's rules of loading: at which depots, at which docks, how long and when."""

from routing.engine.check_violation import Found, Violation
from routing.engine.problem import Problem
from routing.engine.solution import Loading, Route


def origins(problem: Problem, index: int, route: Route) -> Found:
    """Ask that the trip loads once wherever its loads lie, and at no more depots than allowed."""
    depots = [loading.depot for loading in route.loadings]
    most = problem.rules.max_loading_depots
    if len(set(depots)) > most:
        numbers = {"n_depots": len(set(depots)), "max_loading_depots": most}
        text = f"Route {index} loads at {len(set(depots))} depots; at most {most} are allowed."
        yield Violation("max_loading_depots", index, -1, numbers, text)
    for visit in route.visits:
        depot = int(problem.loads.depot[visit.load])
        if depot not in depots:
            text = f"Load {problem.loads.refs[visit.load]} lies at a depot where the trip does not load."
            yield Violation("loads_where_it_lies", index, visit.load, {"depot": depot}, text)
    needed = {int(problem.loads.depot[visit.load]) for visit in route.visits}
    for depot in depots:
        if depots.count(depot) > 1 or depot not in needed:
            text = f"Route {index} stands at depot {problem.depots.refs[depot]} for nothing."
            yield Violation("needless_loading", index, -1, {"depot": depot}, text)


def loadings(problem: Problem, index: int, route: Route) -> Found:
    """Each loading takes its time, inside an opening and the pickup windows of its loads."""
    for loading in route.loadings:
        yield from _one_loading(problem, index, route, loading)


def _one_loading(problem: Problem, index: int, route: Route, loading: Loading) -> Found:
    depots, depot = problem.depots, loading.depot
    from_s, to_s = loading.from_s, loading.to_s
    n_pallets = sum(int(problem.loads.n_pallets[load]) for load in _loaded(problem, route, depot))
    needs_s = int(depots.setup_s[depot]) + int(depots.per_pallet_s[depot]) * n_pallets
    if to_s - from_s != needs_s:
        text = f"Loading lasts {to_s - from_s} s; {n_pallets} pallets take {needs_s} s."
        yield Violation("loading_time", index, -1, {"needs_s": needs_s}, text)
    openings = zip(depots.opening_depot, depots.opening_from_s, depots.opening_to_s, strict=True)
    if not any(d == depot and a <= from_s and to_s <= b for d, a, b in openings):
        text = f"Depot {depots.refs[depot]} is not open throughout the loading."
        yield Violation("depot_opening", index, -1, {"from_s": from_s, "to_s": to_s}, text)
    if loading.arrival_s > from_s or to_s > loading.departure_s:
        text = (
            f"On route {index} loading starts before arrival or the vehicle leaves before its end."
        )
        yield Violation("order_of_times", index, -1, {"depot": depot}, text)
    yield from _pickups(problem, index, route, loading)


def _pickups(problem: Problem, index: int, route: Route, loading: Loading) -> Found:
    loads = problem.loads
    for load in _loaded(problem, route, loading.depot):
        early_s = int(loads.pickup_from_s[load]) - loading.from_s
        late_s = loading.to_s - int(loads.pickup_to_s[load])
        if early_s > 0 or late_s > 0:
            text = f"Load {loads.refs[load]} is loaded outside its pickup window."
            numbers = {"early_s": early_s, "late_s": late_s}
            yield Violation("pickup_window", index, load, numbers, text)
        early_s = int(loads.release_s[load]) - loading.from_s
        if early_s > 0:
            text = f"Load {loads.refs[load]} is released {early_s} s after loading starts."
            yield Violation("release", index, load, {"early_s": early_s}, text)


def docks(problem: Problem, index: int, route: Route) -> Found:
    """Each dock belongs to its depot and serves every class that is loaded there."""
    for loading in route.loadings:
        ref = problem.docks.refs[loading.dock]
        if int(problem.docks.depot[loading.dock]) != loading.depot:
            text = f"Dock {ref} belongs to another depot."
            yield Violation("dock_of_depot", index, -1, {"dock": loading.dock}, text)
        for load in _loaded(problem, route, loading.depot):
            c = int(problem.loads.temperature_class[load])
            if not int(problem.docks.class_mask[loading.dock]) & (1 << c):
                text = f"Dock {ref} does not serve {problem.class_names[c]}."
                yield Violation("dock_serves_class", index, load, {"class": c}, text)


def _loaded(problem: Problem, route: Route, depot: int) -> list[int]:
    return [v.load for v in route.visits if int(problem.loads.depot[v.load]) == depot]
