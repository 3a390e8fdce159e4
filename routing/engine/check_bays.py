"""The checker's rules for the compartments of one trip: whose, how full, and which goods together."""

from collections import defaultdict
from itertools import combinations

from routing.engine.check_violation import Found, Violation
from routing.engine.problem import Problem
from routing.engine.solution import Route


def loads_of_bays(route: Route) -> dict[int, list[int]]:
    """Return the loads of each used compartment row."""
    inside: dict[int, list[int]] = defaultdict(list)
    for visit in route.visits:
        inside[visit.compartment].append(visit.load)
    return inside


def compartments(problem: Problem, index: int, route: Route) -> Found:
    """Every load stands in a compartment of the vehicle, and all of them at one bulkhead position."""
    bays = problem.compartments
    for visit in route.visits:
        if int(bays.vehicle[visit.compartment]) != route.vehicle:
            text = f"Compartment {bays.refs[visit.compartment]} is elsewhere."
            yield Violation("own_compartment", index, visit.load, {}, text)
    layouts = sorted({int(bays.layout[visit.compartment]) for visit in route.visits})
    if len(layouts) > 1:
        text = f"Route {index} uses compartments of {len(layouts)} bulkhead positions at once."
        yield Violation("one_layout", index, -1, {"n_layouts": len(layouts)}, text)
    for bay, loads in loads_of_bays(route).items():
        yield from _classes(problem, index, bay, loads)
        yield from _no_conflict(problem, index, bay, loads)
        yield from _capacity(problem, index, bay, loads)


def vehicle_weight(problem: Problem, index: int, route: Route) -> Found:
    """All loads together are not too heavy for the vehicle."""
    weight_kg = sum(int(problem.loads.weight_kg[visit.load]) for visit in route.visits)
    max_kg = int(problem.vehicles.max_kg[route.vehicle])
    if weight_kg > max_kg:
        text = f"The vehicle carries {weight_kg} kg and may carry {max_kg}."
        numbers = {"weight_kg": weight_kg, "max_kg": max_kg}
        yield Violation("vehicle_weight", index, -1, numbers, text)


def _classes(problem: Problem, index: int, bay: int, loads: list[int]) -> Found:
    classes = sorted({int(problem.loads.temperature_class[load]) for load in loads})
    ref = problem.compartments.refs[bay]
    for first, second in combinations(classes, 2):
        if not problem.class_mixes[first, second]:
            names = f"{problem.class_names[first]} and {problem.class_names[second]}"
            numbers = {"first": first, "second": second}
            text = f"Compartment {ref} would hold {names} at once."
            yield Violation("classes_mix", index, -1, numbers, text)
    for c in classes:
        if not int(problem.compartments.class_mask[bay]) & (1 << c):
            text = f"Compartment {ref} cannot hold {problem.class_names[c]}."
            yield Violation("compartment_holds_class", index, -1, {"class": c}, text)


def _no_conflict(problem: Problem, index: int, bay: int, loads: list[int]) -> Found:
    groups = sorted({int(problem.loads.group[load]) for load in loads})
    for first, second in combinations(groups, 2):
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
