"""The checker's rules of time on one trip: legs, windows, closures, limits, driving and rest."""

from routing.engine.check_cold import precool_s
from routing.engine.check_violation import Found, Violation
from routing.engine.check_way import Leg, legs_of, progress, stays_of
from routing.engine.problem import Problem
from routing.engine.solution import Route, Visit


def timeline(problem: Problem, index: int, route: Route) -> Found:
    """Every leg takes its driving time and its rests, and nothing happens before its time."""
    for leg in legs_of(problem, route):
        yield from _rests_lie_on(index, leg)
        yield from _leg_time(problem, index, leg)
    stays = stays_of(problem, route)
    starts_s = min(stays[0][1], route.loadings[0].from_s - precool_s(problem, route))
    if route.start_s != starts_s:
        numbers = {"start_s": route.start_s, "needs_s": starts_s}
        text = f"Route {index} starts at {route.start_s}; its first way and cooling ask for {starts_s}."
        yield Violation("travel_time", index, -1, numbers, text)
    for rest in route.rests:
        if not rest.is_on_road and not (
            rest.leg < len(stays) and stays[rest.leg][0] <= rest.from_s <= rest.to_s <= stays[rest.leg][1]
        ):  # fmt: skip
            text = f"A rest before leg {rest.leg} does not lie within the stay."
            yield Violation("rest_on_leg", index, -1, {"leg": rest.leg}, text)


def _rests_lie_on(index: int, leg: Leg) -> Found:
    now_s = leg.departs_s
    for rest in leg.rests:
        if rest.from_s < now_s or rest.to_s < rest.from_s or rest.to_s > leg.arrives_s:
            text = f"A rest on leg {leg.number} does not lie within the leg."
            yield Violation("rest_on_leg", index, -1, {"leg": leg.number}, text)
        now_s = rest.to_s


def _leg_time(problem: Problem, index: int, leg: Leg) -> Found:
    """Ask that the leg is driven in the least whole seconds that its hours' speeds allow."""
    done = sum(progress(problem, from_s, to_s) for from_s, to_s in leg.stretches)
    driven = [(from_s, to_s) for from_s, to_s in leg.stretches if to_s > from_s]
    last = progress(problem, driven[-1][1] - 1, driven[-1][1]) if driven else 0
    if any(to_s < from_s for from_s, to_s in leg.stretches) or not (
        done >= 100 * leg.base_s and (done == 0 or done - last < 100 * leg.base_s)
    ):
        numbers = {"leg": leg.number, "base_s": leg.base_s, "wheel_s": leg.wheel_s}
        text = (
            f"Leg {leg.number} has {leg.wheel_s} s at the wheel, {leg.base_s} s at free speed are"
            " asked for."
        )
        yield Violation("travel_time", index, -1, numbers, text)


def visits(problem: Problem, index: int, route: Route) -> Found:
    """Service starts in a window of the site, lasts as long as it takes, in the order of times."""
    for visit in route.visits:
        ref = problem.loads.refs[visit.load]
        service_s = int(problem.loads.service_s[visit.load])
        if visit.end_s - visit.start_s != service_s:
            text = f"Service of {ref} lasts {visit.end_s - visit.start_s} s instead of {service_s}."
            yield Violation("service_time", index, visit.load, {"service_s": service_s}, text)
        if visit.start_s < visit.arrival_s or visit.departure_s < visit.end_s:
            text = f"At {ref} service starts before arrival or the vehicle leaves before its end."
            yield Violation("order_of_times", index, visit.load, {}, text)
        yield from _window(problem, index, visit)
        yield from _closures(problem, index, route, visit)


def _window(problem: Problem, index: int, visit: Visit) -> Found:
    loads, rows = problem.loads, problem.windows
    from_s, to_s = int(loads.delivery_from_s[visit.load]), int(loads.delivery_to_s[visit.load])
    if not from_s <= visit.start_s <= to_s:
        numbers = {"start_s": visit.start_s, "from_s": from_s, "to_s": to_s}
        text = f"Service of {loads.refs[visit.load]} starts outside its delivery window."
        yield Violation("delivery_window", index, visit.load, numbers, text)
    several = [
        (int(a), int(b))
        for load, a, b in zip(rows.load, rows.from_s, rows.to_s, strict=True)
        if load == visit.load
    ]
    if several and not any(a <= visit.start_s <= b for a, b in several):
        numbers = {"start_s": visit.start_s, "n_windows": len(several)}
        text = f"Service of {loads.refs[visit.load]} starts in none of its {len(several)} windows."
        yield Violation("one_of_windows", index, visit.load, numbers, text)


def _closures(problem: Problem, index: int, route: Route, visit: Visit) -> Found:
    """Ask that a restricted vehicle does not stand at a place while the city is closed to it."""
    if not problem.vehicles.is_restricted[route.vehicle]:
        return
    place, rows = int(problem.loads.place[visit.load]), problem.closures
    for closed, from_s, to_s in zip(rows.place, rows.from_s, rows.to_s, strict=True):
        if closed == place and not (visit.start_s >= to_s or visit.end_s <= from_s):
            numbers = {"start_s": visit.start_s, "from_s": int(from_s), "to_s": int(to_s)}
            text = f"At {problem.loads.refs[visit.load]} trucks are not let in at that time."
            yield Violation("closure", index, visit.load, numbers, text)


def limits(problem: Problem, index: int, route: Route) -> Found:
    """Ask that the trip lies within shift and horizon, is not too long, and ends where it may."""
    vehicles, row = problem.vehicles, route.vehicle
    last = route.visits[-1]
    if route.ends_away and not vehicles.may_end_away[row]:
        text = f"Vehicle {vehicles.refs[row]} must come home."
        yield Violation("may_end_away", index, -1, {}, text)
    if route.ends_away and route.end_s != last.end_s:
        text = "A trip that ends away ends with its last service."
        yield Violation("order_of_times", index, last.load, {"end_s": route.end_s}, text)
    spans = (
        ("shift", int(vehicles.shift_from_s[row]), int(vehicles.shift_to_s[row])),
        ("horizon", problem.horizon_from_s, problem.horizon_to_s),
    )
    for name, from_s, to_s in spans:
        if route.start_s < from_s or route.end_s > to_s:
            numbers = {"early_s": from_s - route.start_s, "late_s": route.end_s - to_s}
            yield Violation(name, index, -1, numbers, f"Route {index} leaves the {name}.")
    duration_s, max_s = route.end_s - route.start_s, int(vehicles.max_duration_s[row])
    if duration_s > max_s:
        text = f"Route {index} lasts {duration_s} s; at most {max_s} s are allowed."
        numbers = {"duration_s": duration_s, "max_duration_s": max_s}
        yield Violation("max_duration", index, -1, numbers, text)


def driving_and_rest(problem: Problem, index: int, route: Route) -> Found:
    """No longer at the wheel than the law allows without a rest, and without a daily rest."""
    rules, n_drivers = problem.rules, int(problem.vehicles.n_drivers[route.vehicle])
    caps = [("driving_and_rest", rules.max_driving_s * n_drivers, rules.rest_s)]
    if rules.max_daily_driving_s > 0:
        caps.append(("daily_driving", rules.max_daily_driving_s * n_drivers, rules.daily_rest_s))
    for name, most_s, rest_s in caps:
        wheel_s = longest_at_wheel_s(problem, route, rest_s)
        if wheel_s > most_s:
            numbers = {"driven_s": wheel_s, "max_driving_s": most_s}
            text = (
                f"Route {index} drives {wheel_s // 60} min without a standstill of"
                f" {rest_s // 60} min; {most_s // 60} are allowed."
            )
            yield Violation(name, index, -1, numbers, text)


def longest_at_wheel_s(problem: Problem, route: Route, rest_s: int) -> int:
    """Return the longest time at the wheel between two standstills of `rest_s` or more."""
    stays = stays_of(problem, route)
    wheel_s = stand_s = longest_s = 0
    for leg in legs_of(problem, route):
        stand_s += leg.departs_s - stays[leg.number][0]
        for at, (from_s, to_s) in enumerate(leg.stretches):
            if at > 0:
                stand_s += from_s - leg.rests[at - 1].from_s
            if to_s > from_s:
                wheel_s = to_s - from_s + (0 if stand_s >= rest_s else wheel_s)
                stand_s = 0
                longest_s = max(longest_s, wheel_s)
    return longest_s
