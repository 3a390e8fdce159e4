"""The checker's rules for one route, one function each; no code of the model or schedule."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from routing.engine.check_costs import along, per_unit
from routing.engine.check_violation import Violation
from routing.engine.problem import Problem
from routing.engine.solution import Rest, Route, Visit

Found = Iterator[Violation]


def check_route(problem: Problem, index: int, route: Route) -> list[Violation]:
    """Return the violations of one route."""
    if not route.visits:
        text = f"Route {index} carries nothing."
        return [Violation("carries_something", index, -1, {}, text)]
    found: list[Violation] = []
    for rule in RULES:
        found.extend(rule(problem, index, route))
    return found


def _one_origin(problem: Problem, index: int, route: Route) -> Found:
    for visit in route.visits:
        depot = int(problem.loads.depot[visit.load])
        if depot != route.depot:
            text = f"Load {problem.loads.refs[visit.load]} lies at another depot than the route's."
            yield Violation("one_origin", index, visit.load, {"depot": depot}, text)


def _carrier(problem: Problem, index: int, route: Route) -> Found:
    carrier = int(problem.vehicles.carrier[route.vehicle])
    for visit in route.visits:
        if not int(problem.loads.carrier_mask[visit.load]) & (1 << carrier):
            name = problem.carrier_names[carrier]
            text = f"Load {problem.loads.refs[visit.load]} may not go with {name}."
            yield Violation("carrier_allowed", index, visit.load, {"carrier": carrier}, text)


def _compartments(problem: Problem, index: int, route: Route) -> Found:
    inside: dict[int, list[int]] = defaultdict(list)
    for visit in route.visits:
        inside[visit.compartment].append(visit.load)
        if int(problem.compartments.vehicle[visit.compartment]) != route.vehicle:
            text = f"Compartment {problem.compartments.refs[visit.compartment]} is elsewhere."
            yield Violation("own_compartment", index, visit.load, {}, text)
    for bay, loads in inside.items():
        yield from _one_class(problem, index, bay, loads)
        yield from _no_conflict(problem, index, bay, loads)
        yield from _capacity(problem, index, bay, loads)
    weight_kg = sum(int(problem.loads.weight_kg[v.load]) for v in route.visits)
    max_kg = int(problem.vehicles.max_kg[route.vehicle])
    if weight_kg > max_kg:
        text = f"The vehicle carries {weight_kg} kg and may carry {max_kg}."
        numbers = {"weight_kg": weight_kg, "max_kg": max_kg}
        yield Violation("vehicle_weight", index, -1, numbers, text)


def _one_class(problem: Problem, index: int, bay: int, loads: list[int]) -> Found:
    classes = sorted({int(problem.loads.temperature_class[load]) for load in loads})
    if len(classes) > 1:
        names = ", ".join(problem.class_names[c] for c in classes)
        text = f"Compartment {problem.compartments.refs[bay]} would hold {names} at once."
        yield Violation("one_class_per_compartment", index, -1, {"n": len(classes)}, text)
    for c in classes:
        if not int(problem.compartments.class_mask[bay]) & (1 << c):
            text = f"Compartment {problem.compartments.refs[bay]} cannot hold {problem.class_names[c]}."
            yield Violation("compartment_holds_class", index, -1, {"class": c}, text)


def _no_conflict(problem: Problem, index: int, bay: int, loads: list[int]) -> Found:
    groups = sorted({int(problem.loads.group[load]) for load in loads})
    for at, first in enumerate(groups):
        for second in groups[at + 1 :]:
            if problem.group_conflicts[first, second]:
                names = f"{problem.group_names[first]} and {problem.group_names[second]}"
                text = f"Compartment {problem.compartments.refs[bay]} would mix {names}."
                yield Violation("segregation", index, -1, {}, text)


def _capacity(problem: Problem, index: int, bay: int, loads: list[int]) -> Found:
    measures = (
        ("pallets", problem.loads.n_pallets, problem.compartments.max_pallets),
        ("l", problem.loads.volume_l, problem.compartments.max_l),
        ("kg", problem.loads.weight_kg, problem.compartments.max_kg),
    )
    for unit, column, limits in measures:
        used, limit = sum(int(column[load]) for load in loads), int(limits[bay])
        if used > limit:
            text = f"Compartment {problem.compartments.refs[bay]} holds {used} {unit} of {limit}."
            numbers = {"used": used, "limit": limit}
            yield Violation(f"compartment_{unit}", index, -1, numbers, text)


def _loading(problem: Problem, index: int, route: Route) -> Found:
    n_pallets = sum(int(problem.loads.n_pallets[visit.load]) for visit in route.visits)
    needs_s = problem.rules.loading_setup_s + problem.rules.loading_per_pallet_s * n_pallets
    from_s, to_s = route.loading_from_s, route.loading_to_s
    if to_s - from_s != needs_s:
        text = f"Loading lasts {to_s - from_s} s; {n_pallets} pallets take {needs_s} s."
        yield Violation("loading_time", index, -1, {"needs_s": needs_s}, text)
    for visit in route.visits:
        early_s = int(problem.loads.pickup_from_s[visit.load]) - from_s
        late_s = to_s - int(problem.loads.pickup_to_s[visit.load])
        if early_s > 0 or late_s > 0:
            text = f"Load {problem.loads.refs[visit.load]} is loaded outside its pickup window."
            numbers = {"early_s": early_s, "late_s": late_s}
            yield Violation("pickup_window", index, visit.load, numbers, text)
    depots = problem.depots
    openings = zip(depots.opening_depot, depots.opening_from_s, depots.opening_to_s, strict=True)
    if not any(d == route.depot and a <= from_s and to_s <= b for d, a, b in openings):
        text = f"Depot {depots.refs[route.depot]} is not open throughout the loading."
        yield Violation("depot_opening", index, -1, {"from_s": from_s, "to_s": to_s}, text)


def _dock(problem: Problem, index: int, route: Route) -> Found:
    if int(problem.docks.depot[route.dock]) != route.depot:
        text = f"Dock {problem.docks.refs[route.dock]} belongs to another depot."
        yield Violation("dock_of_depot", index, -1, {"dock": route.dock}, text)
    for visit in route.visits:
        c = int(problem.loads.temperature_class[visit.load])
        if not int(problem.docks.class_mask[route.dock]) & (1 << c):
            text = f"Dock {problem.docks.refs[route.dock]} does not serve {problem.class_names[c]}."
            yield Violation("dock_serves_class", index, visit.load, {"class": c}, text)


def _places(problem: Problem, route: Route) -> list[int]:
    home = int(problem.vehicles.home_place[route.vehicle])
    places = [home, int(problem.depots.place[route.depot])]
    places += [int(problem.loads.place[visit.load]) for visit in route.visits]
    return places if route.ends_away else [*places, home]


def _stays(route: Route) -> list[tuple[int, int]]:
    """Return (arrival, departure) at every place of the way, home first."""
    stays = [(route.start_s, route.start_s), (route.depot_arrival_s, route.departure_s)]
    stays += [(visit.arrival_s, visit.departure_s) for visit in route.visits]
    return stays if route.ends_away else [*stays, (route.end_s, route.end_s)]


def _leg(problem: Problem, route: Route, leg: int) -> tuple[int, int, int, list[Rest]]:
    """Return departure, arrival, seconds at the wheel and rests on the road of one leg."""
    places, stays = _places(problem, route), _stays(route)
    drive_s = int(problem.travel.duration_s[places[leg], places[leg + 1]])
    rests = [rest for rest in route.rests if rest.is_on_road and rest.leg == leg]
    rests.sort(key=lambda rest: rest.from_s)
    return stays[leg][1], stays[leg + 1][0], drive_s, rests


def _timeline(problem: Problem, index: int, route: Route) -> Found:
    """Every leg takes its driving time and its rests, and nothing happens before its time."""
    places = _places(problem, route)
    for leg in range(len(places) - 1):
        departs_s, arrives_s, drive_s, rests = _leg(problem, route, leg)
        rested_s = sum(rest.to_s - rest.from_s for rest in rests)
        if arrives_s - departs_s != drive_s + rested_s:
            text = (
                f"Leg {leg} lasts {arrives_s - departs_s} s; driving takes {drive_s} s and its"
                f" rests {rested_s} s."
            )
            yield Violation("travel_time", index, -1, {"leg": leg, "drive_s": drive_s}, text)
        now_s = departs_s
        for rest in rests:
            if rest.from_s < now_s or rest.to_s < rest.from_s or rest.to_s > arrives_s:
                text = f"A rest on leg {leg} does not lie within the leg."
                yield Violation("rest_on_leg", index, -1, {"leg": leg}, text)
            now_s = rest.to_s
    in_order = (
        (route.depot_arrival_s, route.loading_from_s, "loading starts before arrival"),
        (route.loading_to_s, route.departure_s, "the vehicle leaves while it is loaded"),
    )
    for first_s, second_s, what in in_order:
        if first_s > second_s:
            text = f"On route {index} {what}."
            yield Violation("order_of_times", index, -1, {"by_s": first_s - second_s}, text)


def _visits(problem: Problem, index: int, route: Route) -> Found:
    for visit in route.visits:
        ref = problem.loads.refs[visit.load]
        from_s = int(problem.loads.delivery_from_s[visit.load])
        to_s = int(problem.loads.delivery_to_s[visit.load])
        if not from_s <= visit.start_s <= to_s:
            numbers = {"start_s": visit.start_s, "from_s": from_s, "to_s": to_s}
            text = f"Service of {ref} starts outside its delivery window."
            yield Violation("delivery_window", index, visit.load, numbers, text)
        service_s = int(problem.loads.service_s[visit.load])
        if visit.end_s - visit.start_s != service_s:
            text = f"Service of {ref} lasts {visit.end_s - visit.start_s} s instead of {service_s}."
            yield Violation("service_time", index, visit.load, {"service_s": service_s}, text)
        if visit.start_s < visit.arrival_s or visit.departure_s < visit.end_s:
            text = f"At {ref} service starts before arrival or the vehicle leaves before its end."
            yield Violation("order_of_times", index, visit.load, {}, text)


def _limits(problem: Problem, index: int, route: Route) -> Found:
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


def _driving_and_rest(problem: Problem, index: int, route: Route) -> Found:
    """Walk the whole way and count the time at the wheel since the last sufficient standstill."""
    rules = problem.rules
    stays = _stays(route)
    wheel_s = stand_s = 0
    for leg in range(len(_places(problem, route)) - 1):
        departs_s, arrives_s, drive_s, rests = _leg(problem, route, leg)
        stand_s += departs_s - stays[leg][0]
        now_s = departs_s
        stretches = [(rest.from_s, rest.to_s) for rest in rests] + [(arrives_s, arrives_s)]
        if drive_s == 0 and not rests:
            continue
        for stop_s, go_s in stretches:
            if stop_s > now_s:
                wheel_s = 0 if stand_s >= rules.rest_s else wheel_s
                stand_s = 0
                wheel_s += stop_s - now_s
                if wheel_s > rules.max_driving_s:
                    numbers = {"driven_s": wheel_s, "max_driving_s": rules.max_driving_s}
                    text = (
                        f"Route {index} drives {wheel_s // 60} min on leg {leg} without a"
                        f" standstill of {rules.rest_s // 60} min."
                    )
                    yield Violation("driving_and_rest", index, -1, numbers, text)
            stand_s += go_s - stop_s
            now_s = go_s


def _figures(problem: Problem, index: int, route: Route) -> Found:
    """Distance, driving, waiting and cost are what the way and the tariff make them."""
    places = _places(problem, route)
    vehicles, row = problem.vehicles, route.vehicle
    meters = _between(problem.travel.distance_m)
    seconds = _between(problem.travel.duration_s)
    distance_m = along(places, meters)
    figures = [
        ("distance_m", route.distance_m, distance_m),
        ("drive_s", route.drive_s, along(places, seconds)),
        ("wait_s", route.wait_s, sum(v.start_s - v.arrival_s for v in route.visits)),
        ("fixed_fen", route.fixed_fen, int(vehicles.fixed_fen[row])),
        ("km_fen", route.km_fen, per_unit(distance_m, int(vehicles.per_km_fen[row]), 1000)),
        (
            "hour_fen",
            route.hour_fen,
            per_unit(route.end_s - route.start_s, int(vehicles.per_hour_fen[row]), 3600),
        ),
    ]
    for at, visit in enumerate(route.visits):
        figures += _leg_figures(places, at, visit, meters, seconds)
    for name, said, recomputed in figures:
        if said != recomputed:
            text = f"Route {index} says {name} {said}; recomputed it is {recomputed}."
            numbers = {"said": said, "recomputed": recomputed}
            yield Violation("figures", index, -1, numbers, text)


Between = Callable[[int, int], int]


def _between(matrix: object) -> Between:
    return lambda a, b: int(matrix[a, b])  # type: ignore[index]


def _leg_figures(
    places: list[int], at: int, visit: Visit, meters: Between, seconds: Between
) -> list[tuple[str, int, int]]:
    way = places[at + 1 : at + 3]
    return [
        (f"distance_m of visit {at}", visit.distance_m, along(way, meters)),
        (f"drive_s of visit {at}", visit.drive_s, along(way, seconds)),
    ]


RULES: tuple[Callable[[Problem, int, Route], Found], ...] = (
    _one_origin,
    _carrier,
    _compartments,
    _loading,
    _dock,
    _timeline,
    _visits,
    _limits,
    _driving_and_rest,
    _figures,
)
