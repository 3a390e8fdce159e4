"""What would have to give so that a left load could go: each offer is a changed problem in which it was inserted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from routing.engine.insertion import Insertion, insert
from routing.engine.problem import Problem
from routing.engine.reasons import Broken
from routing.engine.solution import Route
from routing.engine.standing import StandingPlan
from routing.engine.subproblem import (
    with_loads,
    with_one_more_dock,
    with_one_more_vehicle,
    with_rows,
    with_values,
)

MAX_WIDENINGS = 6
"""How many of the cheapest places outside the window are verified."""


class RelaxationKind(StrEnum):
    """What gives: the customer, the warehouse, the fleet, the docks, the shipper, or the price."""

    DELIVERY_WINDOW = "delivery_window"
    PICKUP_WINDOW = "pickup_window"
    VEHICLE = "vehicle"
    DOCK = "dock"
    SPLIT = "split"
    PRIORITY = "priority"


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One verified offer.

    Attributes
    ----------
    extra_fen
        What the plan costs more once the offer is taken and the load goes, others unmoved.
    numbers
        What has to give: ``earlier_s``/``later_s`` of a window, ``vehicle`` that is needed once
        more, ``depot`` of a further dock, ``n_pallets`` of the first part, ``price_fen``.
    problem
        The problem in which the offer holds.
    places
        The insertions, in turn: two for a split, else one.
    """

    kind: RelaxationKind
    load: int
    extra_fen: int
    numbers: dict[str, int]
    problem: Problem
    places: tuple[Insertion, ...]


def relaxations(problem: Problem, routes: Sequence[Route], load: int) -> list[Relaxation]:
    """Return the cheapest offer of each kind under which the left `load` can go, the cheapest first.

    Each was verified: in its problem, with every other load unmoved, the load was inserted at the
    stated cost.
    """
    found: list[Relaxation] = []
    for offers in (_windows, _more_vehicles, _more_docks, _splits, _prices):
        found += offers(problem, routes, load)
    best: dict[RelaxationKind, Relaxation] = {}
    for offer in sorted(found, key=lambda offer: offer.extra_fen):
        best.setdefault(offer.kind, offer)
    return list(best.values())


def _cheapest(problem: Problem, routes: Sequence[Route], load: int) -> Insertion | None:
    return next(iter(insert(StandingPlan(problem, routes), load)), None)


def _windows(problem: Problem, routes: Sequence[Route], load: int) -> Iterator[Relaxation]:
    yield from _widened(problem, routes, load, "delivery", _service_start)
    yield from _widened(problem, routes, load, "pickup", _loading_span)


Span = tuple[int, int]


def _widened(
    problem: Problem,
    routes: Sequence[Route],
    load: int,
    window: str,
    used: Callable[[StandingPlan, Insertion], Span],
) -> Iterator[Relaxation]:
    """Open the window all day, see when the load would go, and open it just that far."""
    kind = RelaxationKind(f"{window}_window")
    low, high = f"{window}_from_s", f"{window}_to_s"
    from_s, to_s = (int(getattr(problem.loads, name)[load]) for name in (low, high))
    wide = _with_window(problem, load, (low, high), (problem.horizon_from_s, problem.horizon_to_s))
    plan = StandingPlan(wide, routes)
    seen: set[Span] = set()
    for place in insert(plan, load)[:MAX_WIDENINGS]:
        start_s, end_s = used(plan, place)
        span = (min(from_s, start_s), max(to_s, end_s))
        if span in seen or span == (from_s, to_s):
            continue
        seen.add(span)
        offered = _with_window(problem, load, (low, high), span)
        verified = _cheapest(offered, routes, load)
        if verified is not None:
            numbers = {"earlier_s": from_s - span[0], "later_s": span[1] - to_s}
            yield Relaxation(kind, load, verified.extra_fen, numbers, offered, (verified,))


def _with_window(problem: Problem, load: int, names: tuple[str, str], span: Span) -> Problem:
    """Return the problem with one window of a load moved; its several windows give way to it."""
    changes = {name: {load: moment} for name, moment in zip(names, span, strict=True)}
    if names[0] == "pickup_from_s":
        changes["release_s"] = {load: min(span[0], int(problem.loads.release_s[load]))}
        return replace(problem, loads=with_values(problem.loads, **changes))
    others = [row for row, owner in enumerate(problem.windows.load.tolist()) if owner != load]
    return replace(
        problem,
        loads=with_values(problem.loads, **changes),
        windows=with_rows(problem.windows, others),
    )


def _service_start(plan: StandingPlan, place: Insertion) -> Span:
    route = plan.route(place.standing)
    start_s = next(visit.start_s for visit in route.visits if visit.load == place.load)
    return start_s, start_s


def _loading_span(plan: StandingPlan, place: Insertion) -> Span:
    depot = int(plan.problem.loads.depot[place.load])
    route = plan.route(place.standing)
    loading = next(loading for loading in route.loadings if loading.depot == depot)
    return loading.from_s, loading.to_s


def _more_vehicles(problem: Problem, routes: Sequence[Route], load: int) -> Iterator[Relaxation]:
    """Offer one vehicle more of the kind that carries the load cheapest on a trip of its own."""
    plan = StandingPlan(problem, routes)
    singles = [
        (single.cost_fen, kind.vehicles[0])
        for kind_row, kind in enumerate(plan.tables.kinds)
        if not isinstance(single := plan.book.single(kind_row, load), Broken)
    ]
    for _, vehicle in sorted(singles)[:MAX_WIDENINGS]:
        offered = with_one_more_vehicle(problem, vehicle)
        verified = _cheapest(offered, routes, load)
        if verified is not None and verified.vehicle == problem.n_vehicles:
            numbers = {"vehicle": vehicle}
            yield Relaxation(
                RelaxationKind.VEHICLE, load, verified.extra_fen, numbers, offered, (verified,)
            )
            return


def _more_docks(problem: Problem, routes: Sequence[Route], load: int) -> Iterator[Relaxation]:
    depot = int(problem.loads.depot[load])
    offered = with_one_more_dock(problem, depot)
    verified = _cheapest(offered, routes, load)
    new_dock = len(problem.docks.refs)
    if verified is not None and any(slot.dock == new_dock for slot in verified.slots):
        yield Relaxation(
            RelaxationKind.DOCK, load, verified.extra_fen, {"depot": depot}, offered, (verified,)
        )


def _splits(problem: Problem, routes: Sequence[Route], load: int) -> Iterator[Relaxation]:
    """Offer the load in two parts that go separately; the parts are as even as pallets allow."""
    n_pallets = int(problem.loads.n_pallets[load])
    if n_pallets < 2:  # noqa: PLR2004  (one pallet is one piece)
        return
    offered = _split(problem, load, n_pallets // 2)
    second = problem.n_loads
    plan = StandingPlan(offered, routes)
    place = next(iter(insert(plan, load)), None)
    if place is None:
        return
    trips = list(plan.trips)
    if place.trip < 0:
        trips.append(place.standing)
    else:
        trips[place.trip] = place.standing
    other = next(iter(insert(plan.with_trips(trips), second)), None)
    if other is not None:
        numbers = {"n_pallets": n_pallets // 2}
        extra_fen = place.extra_fen + other.extra_fen
        yield Relaxation(RelaxationKind.SPLIT, load, extra_fen, numbers, offered, (place, other))


def _split(problem: Problem, load: int, n_first: int) -> Problem:
    """Return the problem with the load cut in two; the rest of it is the last row."""
    doubled = with_loads(problem, [*range(problem.n_loads), load])
    first, second = {}, {}
    n_pallets = int(problem.loads.n_pallets[load])
    for name in ("n_pallets", "weight_kg", "volume_l", "service_s"):
        whole = int(getattr(problem.loads, name)[load])
        first[name] = -(-whole * n_first // n_pallets)
        second[name] = (
            whole - first[name]
            if name == "n_pallets"
            else -(-whole * (n_pallets - n_first) // n_pallets)
        )
    changes = {name: {load: first[name], problem.n_loads: second[name]} for name in first}
    return replace(doubled, loads=with_values(doubled.loads, **changes))


def _prices(problem: Problem, routes: Sequence[Route], load: int) -> Iterator[Relaxation]:
    """Offer to pay more for the load, where only its price keeps it."""
    place = _cheapest(problem, routes, load)
    if place is None:
        return
    price_fen = -(-place.extra_fen // int(problem.loads.priority[load]))
    offered = replace(problem, loads=with_values(problem.loads, price_fen={load: price_fen}))
    verified = _cheapest(offered, routes, load)
    if verified is not None:
        numbers = {"price_fen": price_fen}
        yield Relaxation(
            RelaxationKind.PRIORITY, load, verified.extra_fen, numbers, offered, (verified,)
        )
