"""Writes an answer of the engine as trips, stops, tasks and reasons, in one transaction with the plan's new state."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import transaction

from logistics.events import record
from logistics.scoping import SYSTEM
from routing import plan_leases
from routing.engine.solution import Loading, Rest, Route, Solution, Visit
from routing.event_types import PlanFailed, PlanSolved
from routing.models import (
    Compartment,
    Load,
    Plan,
    PlanStatus,
    Stop,
    StopKind,
    StopTask,
    TaskKind,
    Trip,
    UnassignedLoad,
)
from routing.plan_figures import TripFigures, plan_figures, trip_figures
from routing.problem_building import DayProblem, fingerprint


def store(
    *, plan: Plan, built: DayProblem, solution: Solution, able: list[bool], at: datetime
) -> None:
    """Store a checked answer, or raise LostLease and store nothing; without any trip it is infeasible."""
    figures = [trip_figures(built, route) for route in solution.routes]
    n_assigned = solution.n_assigned
    with transaction.atomic():
        plan_leases.finish(
            plan=plan,
            to=PlanStatus.SOLVED if n_assigned else PlanStatus.INFEASIBLE,
            problem_hash=solution.problem_hash,
            versions=_versions(built, solution),
            n_loads=built.n_loads,
            n_assigned=n_assigned,
            n_unassigned=built.n_loads - n_assigned,
            n_trips=len(solution.routes),
            n_violations=0,
            cost_fen=solution.cost_fen,
            distance_m=solution.distance_m,
            duration_s=solution.duration_s,
            drive_s=sum(route.drive_s for route in solution.routes),
            figures=plan_figures(built, solution, figures, able),
            failure="" if n_assigned else "No load of the day can be carried; see the reasons.",
            solved_at=at,
        )
        _write_trips(plan, built, solution, figures)
        UnassignedLoad.objects.bulk_create(_unassigned(plan, built, solution))
        record(
            payload=_news(plan, solution.seconds),
            subject_id=plan.public_id,
            subject_kind="plan",
            by=SYSTEM,
            occurred_at=at,
            recorded_at=at,
        )


def moment(at_s: int) -> datetime:
    """Return the engine's seconds since the epoch as a moment."""
    return datetime.fromtimestamp(at_s, UTC)


def _versions(built: DayProblem, solution: Solution) -> dict[str, object]:
    """Return what made the answer, and what was known of each load that it assigns."""
    assigned = [visit.load for route in solution.routes for visit in route.visits]
    known = {str(built.loads[row].pk): fingerprint(built.loads[row]) for row in sorted(assigned)}
    return {**solution.versions, "loads": known}


def _news(plan: Plan, solve_s: float) -> PlanSolved | PlanFailed:
    if plan.status == PlanStatus.INFEASIBLE:
        return PlanFailed(
            plan=plan.public_id,
            planning_date=plan.planning_date,
            revision=plan.revision,
            sentence=plan.failure,
            n_attempts=plan.n_attempts,
            is_infeasible=True,
        )
    return PlanSolved(
        plan=plan.public_id,
        planning_date=plan.planning_date,
        revision=plan.revision,
        n_loads=plan.n_loads,
        n_assigned=plan.n_assigned,
        n_unassigned=plan.n_unassigned,
        unassigned_by_code=plan.figures["reasons"],
        n_trips=plan.n_trips,
        n_violations=plan.n_violations,
        n_attempts=plan.n_attempts,
        cost_fen=plan.cost_fen,
        distance_m=plan.distance_m,
        duration_s=plan.duration_s,
        drive_s=plan.drive_s,
        solve_s=solve_s,
    )


def _unassigned(plan: Plan, built: DayProblem, solution: Solution) -> Iterator[UnassignedLoad]:
    for left in solution.unassigned:
        numbers: dict[str, object] = {**left.numbers, "is_proven": left.is_proven}
        if left.rules:
            numbers["rules"] = {str(reason): n for reason, n in left.rules}
        yield UnassignedLoad(
            plan=plan,
            load=built.loads[left.load],
            code=str(left.reason),
            sentence_zh=left.sentence("zh-hans"),
            sentence_en=left.sentence("en"),
            numbers=numbers,
        )
    for refused in built.refused:
        yield UnassignedLoad(
            plan=plan,
            load=refused.load,
            code=refused.code,
            sentence_zh=refused.sentence_zh,
            sentence_en=refused.sentence_en,
            numbers={**refused.numbers, "is_proven": True},
        )


def _write_trips(
    plan: Plan, built: DayProblem, solution: Solution, figures: list[TripFigures]
) -> None:
    order = sorted(range(len(solution.routes)), key=lambda row: solution.routes[row].start_s)
    routes = [solution.routes[row] for row in order]
    trips = Trip.objects.bulk_create(
        _trip(plan, built, solution.routes[row], figures[row], number)
        for number, row in enumerate(order, start=1)
    )
    drafts = [
        draft
        for trip, route in zip(trips, routes, strict=True)
        for draft in _stops(built, trip, route)
    ]
    Stop.objects.bulk_create([stop for stop, _ in drafts], batch_size=500)
    tasks = [task for _, tasks in drafts for task in tasks]
    StopTask.objects.bulk_create(tasks, batch_size=500)


def _trip(plan: Plan, built: DayProblem, route: Route, figures: TripFigures, number: int) -> Trip:
    vehicle = built.vehicles[route.vehicle]
    return Trip(
        plan=plan,
        number=number,
        carrier_id=vehicle.carrier_id,
        vehicle_type_id=vehicle.vehicle_type_id,
        vehicle=vehicle,
        starts_at=moment(route.start_s),
        ends_at=moment(route.end_s),
        distance_m=route.distance_m,
        drive_s=route.drive_s,
        cost_fen=route.cost_fen,
        weight_kg=figures.weight_kg,
        volume_l=figures.volume_l,
        n_pallets=figures.n_pallets,
        fill_pct=figures.fill_pct,
    )


def _stops(built: DayProblem, trip: Trip, route: Route) -> Iterator[tuple[Stop, list[StopTask]]]:
    """Yield the stops in order with their tasks: start, loadings, one per place, and the way home."""
    home = built.vehicles[route.vehicle].home_id
    first = route.loadings[0]
    on_road_s = sum(rest.to_s - rest.from_s for rest in _rests(route, 0, None))
    way = _leg(built, home, built.depots[first.depot].pk)
    leaves_s = max(route.start_s, first.arrival_s - way[1] - on_road_s)
    start = _stop(trip, 0, StopKind.START, home, (route.start_s, route.start_s, leaves_s))
    cooling = [Draft(TaskKind.PRECOOL, route.start_s, leaves_s)]
    yield start, _tasks(start, cooling if leaves_s > route.start_s else [], [])
    yield from _loadings(built, trip, route)
    n_loadings = len(route.loadings)
    position, visit_row = n_loadings + 1, 0
    while visit_row < len(route.visits):
        visits = _same_place(built, route, visit_row)
        place = built.loads[visits[0].load].destination_id
        times = (visits[0].arrival_s, visits[0].start_s, visits[-1].departure_s)
        way = (visits[0].distance_m, visits[0].drive_s)
        stop = _stop(trip, position, StopKind.DELIVERY, place, times, way)
        visit_row += len(visits)
        rests = _rests(route, n_loadings + visit_row - len(visits), n_loadings + visit_row)
        yield stop, _tasks(stop, _at_delivery(built, visits), rests)
        position += 1
    if not route.ends_away:
        way = _leg(built, built.loads[route.visits[-1].load].destination_id, home)
        end = (route.end_s, route.end_s, route.end_s)
        last = _stop(trip, position, StopKind.END, home, end, way)
        yield last, _tasks(last, [], _rests(route, n_loadings + len(route.visits), None))


def _loadings(built: DayProblem, trip: Trip, route: Route) -> Iterator[tuple[Stop, list[StopTask]]]:
    """Yield one stop per warehouse where the trip loads."""
    before = built.vehicles[route.vehicle].home_id
    for row, loading in enumerate(route.loadings):
        depot = built.depots[loading.depot].pk
        times = (loading.arrival_s, loading.from_s, loading.departure_s)
        way = _leg(built, before, depot)
        stop = _stop(trip, row + 1, StopKind.LOADING, depot, times, way)
        stop.dock = built.docks[loading.dock]
        yield stop, _tasks(stop, _at_loading(built, route, loading), _rests(route, row, row + 1))
        before = depot


def _stop(
    trip: Trip,
    position: int,
    kind: StopKind,
    site_id: int,
    times_s: tuple[int, int, int],
    way: tuple[int, int] = (0, 0),
) -> Stop:
    return Stop(
        trip=trip,
        position=position,
        kind=kind,
        site_id=site_id,
        planned_arrival_at=moment(times_s[0]),
        planned_start_at=moment(times_s[1]),
        planned_departure_at=moment(times_s[2]),
        distance_from_previous_m=way[0],
        drive_from_previous_s=way[1],
    )


def _leg(built: DayProblem, from_site_id: int, to_site_id: int) -> tuple[int, int]:
    row_of = {site.pk: row for row, site in enumerate(built.places)}
    a, b = row_of[from_site_id], row_of[to_site_id]
    travel = built.problem.travel
    return int(travel.distance_m[a, b]), int(travel.duration_s[a, b])


def _same_place(built: DayProblem, route: Route, first: int) -> list[Visit]:
    """Return the visits from `first` on that follow one another at the same place: one stop."""
    place = built.loads[route.visits[first].load].destination_id
    visits = []
    for visit in route.visits[first:]:
        if built.loads[visit.load].destination_id != place:
            break
        visits.append(visit)
    return visits


class Draft(NamedTuple):
    """A task before it has its stop."""

    kind: TaskKind
    from_s: int
    to_s: int
    load: Load | None = None
    compartment: Compartment | None = None


def _at_loading(built: DayProblem, route: Route, loading: Loading) -> list[Draft]:
    waits = []
    if loading.from_s > loading.arrival_s:
        waits = [Draft(TaskKind.WAIT, loading.arrival_s, loading.from_s)]
    # What is delivered last is loaded first.
    return waits + [
        Draft(
            TaskKind.LOAD,
            loading.from_s,
            loading.to_s,
            built.loads[visit.load],
            built.compartments[visit.compartment],
        )
        for visit in reversed(route.visits)
        if int(built.problem.loads.depot[visit.load]) == loading.depot
    ]


def _at_delivery(built: DayProblem, visits: list[Visit]) -> list[Draft]:
    drafts = []
    for visit in visits:
        if visit.wait_s:
            drafts.append(Draft(TaskKind.WAIT, visit.arrival_s, visit.start_s))
        goods = (built.loads[visit.load], built.compartments[visit.compartment])
        drafts.append(Draft(TaskKind.UNLOAD, visit.start_s, visit.end_s, *goods))
    return drafts


def _rests(route: Route, road_leg: int, next_leg: int | None) -> list[Rest]:
    """Return the rests on the way to a stop, and those taken there before driving on."""
    return [
        rest
        for rest in route.rests
        if (rest.is_on_road and rest.leg == road_leg)
        or (not rest.is_on_road and rest.leg == next_leg)
    ]


def _tasks(stop: Stop, drafts: list[Draft], rests: list[Rest]) -> list[StopTask]:
    resting = [Draft(TaskKind.REST, rest.from_s, rest.to_s) for rest in rests]
    return [
        StopTask(
            stop=stop,
            position=position,
            kind=draft.kind,
            load=draft.load,
            compartment=draft.compartment,
            from_at=moment(draft.from_s),
            to_at=moment(draft.to_s),
        )
        for position, draft in enumerate(drafts + resting)
    ]
