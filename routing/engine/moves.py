"""What a dispatcher's move would do: its change of cost and times, or the rules that it breaks, at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from routing.engine.docks import Slot
from routing.engine.insertion import Insertion, insert
from routing.engine.reasons import Broken, Reason
from routing.engine.rules import judge
from routing.engine.standing import Slots, Standing, StandingPlan
from routing.engine.trips import Trip


@dataclass(frozen=True, slots=True)
class TripDraft:
    """How one trip shall look: its vehicle, its order of loads, and docks to keep if possible.

    `trip` is the plan's row that it replaces, or -1 for a new trip; no loads means that the trip
    is taken off. With `is_fixed` the `slots` must be had exactly; otherwise they are only the first
    to be tried.
    """

    trip: int
    vehicle: int
    loads: tuple[int, ...]
    slots: Slots | None = None
    is_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a move would do.

    Attributes
    ----------
    extra_fen
        Change of the trips' cost; None where a rule is broken.
    left, taken
        Loads that the move leaves, and those that it takes along.
    standing
        The changed trips as they would run, in the order of the drafts; without those taken off.
    broken
        (draft, rule) for each draft that cannot run.
    """

    extra_fen: int | None
    left: tuple[int, ...]
    taken: tuple[int, ...]
    standing: tuple[Standing, ...]
    broken: tuple[tuple[TripDraft, Broken], ...] = ()

    @property
    def is_feasible(self) -> bool:
        """Whether every changed trip keeps every rule."""
        return not self.broken


def move_load(plan: StandingPlan, load: int, to_trip: int, position: int) -> list[TripDraft]:
    """Return the drafts that take a load out of its trip and put it before visit `position` of another.

    Within one trip `position` counts the visits without the load.
    """
    drafts = leave_load(plan, load)
    target = plan.trips[to_trip]
    rows = [row for row in target.trip.rows if row != load]
    rows.insert(position, load)
    grown = TripDraft(to_trip, target.vehicle, tuple(rows), target.slots)
    return [*(draft for draft in drafts if draft.trip != to_trip), grown]


def leave_load(plan: StandingPlan, load: int) -> list[TripDraft]:
    """Return the draft of the load's trip without it."""
    index = plan.where.get(load)
    if index is None:
        return []
    one = plan.trips[index]
    rows = tuple(row for row in one.trip.rows if row != load)
    return [TripDraft(index, one.vehicle, rows, one.slots)]


def change_vehicle(plan: StandingPlan, trip: int, vehicle: int) -> list[TripDraft]:
    """Return the draft of the same trip on another vehicle."""
    one = plan.trips[trip]
    return [TripDraft(trip, vehicle, one.trip.rows, one.slots)]


def swap_vehicles(plan: StandingPlan, first: int, second: int) -> list[TripDraft]:
    """Return the drafts of two trips that change vehicles."""
    return [
        *change_vehicle(plan, first, plan.trips[second].vehicle),
        *change_vehicle(plan, second, plan.trips[first].vehicle),
    ]


def reorder(plan: StandingPlan, trip: int, loads: Sequence[int]) -> list[TripDraft]:
    """Return the draft of a trip with its loads in another order."""
    one = plan.trips[trip]
    return [TripDraft(trip, one.vehicle, tuple(loads), one.slots)]


def shift_loading(plan: StandingPlan, trip: int, slots: Slots) -> list[TripDraft]:
    """Return the draft of a trip that loads at these docks and moments exactly."""
    one = plan.trips[trip]
    return [TripDraft(trip, one.vehicle, one.trip.rows, slots, is_fixed=True)]


def take(place: Insertion, plan: StandingPlan) -> list[TripDraft]:
    """Return the drafts that carry out an insertion."""
    slots = place.standing.slots
    grown = TripDraft(place.trip, place.vehicle, place.standing.trip.rows, slots)
    return [*(d for d in leave_load(plan, place.load) if d.trip != place.trip), grown]


def evaluate(plan: StandingPlan, drafts: Sequence[TripDraft]) -> Evaluation:
    """Return what the plan becomes with these drafts, all at once, every other trip unmoved."""
    replaced = [draft.trip for draft in drafts if draft.trip >= 0]
    base = [one for index, one in enumerate(plan.trips) if index not in replaced]
    standing: list[Standing] = []
    broken: list[tuple[TripDraft, Broken]] = []
    for draft in drafts:
        if not draft.loads:
            continue
        # Each draft sees the trips that stay and the drafts before it.
        found = _stand(plan.with_trips([*base, *standing]), draft)
        if isinstance(found, Broken):
            broken.append((draft, found))
        else:
            standing.append(found)
    before = {row for index in replaced for row in plan.trips[index].trip.rows}
    after = {row for draft in drafts for row in draft.loads}
    extra_fen = sum(one.cost_fen for one in standing)
    extra_fen -= sum(plan.trips[index].cost_fen for index in replaced)
    return Evaluation(
        extra_fen=None if broken else extra_fen,
        left=tuple(sorted(before - after)),
        taken=tuple(sorted(after - before)),
        standing=tuple(standing),
        broken=tuple(broken),
    )


def applied(plan: StandingPlan, drafts: Sequence[TripDraft], found: Evaluation) -> StandingPlan:
    """Return the plan after a feasible evaluation; the changed trips stand last."""
    replaced = {draft.trip for draft in drafts}
    stay = [one for index, one in enumerate(plan.trips) if index not in replaced]
    return plan.with_trips([*stay, *found.standing])


def _stand(plan: StandingPlan, draft: TripDraft) -> Standing | Broken:
    kind_row = plan.tables.kind_of[draft.vehicle]
    judged = judge(plan.tables, plan.tables.kinds[kind_row], draft.loads)
    if isinstance(judged, Broken):
        return judged
    if plan.contract_is_full(draft.vehicle):
        return Broken(Reason.CONTRACT_LIMIT, draft.loads[0], {})
    trip = Trip(plan.book, kind_row, draft.loads, judged)
    stands = plan.stand(trip, draft.vehicle, prefer=draft.slots)
    is_moved = draft.is_fixed and stands is not None and stands.slots != draft.slots
    if stands is None or is_moved:
        return _why_not(plan, draft, trip)
    return stands


def _why_not(plan: StandingPlan, draft: TripDraft, trip: Trip) -> Broken:
    """Return whether the dock or the vehicle is taken."""
    others = [one for one in plan.trips if one.vehicle != draft.vehicle]
    if plan.with_trips(others).stand(trip, draft.vehicle, prefer=draft.slots) is not None:
        n_trips = len(plan.trips) - len(others)
        if n_trips and not draft.is_fixed:
            return Broken(Reason.NEEDS_COMMITMENTS_CHANGED, draft.loads[0], {"n_trips": n_trips})
    return Broken(Reason.NO_DOCK_IN_TIME, draft.loads[0], {"n_docks": _n_docks(plan, trip)})


def _n_docks(plan: StandingPlan, trip: Trip) -> int:
    depots = {span.depot for span in trip.timing.loadings}
    return sum(len(plan.tables.docks[depot]) for depot in depots)


def best_place(plan: StandingPlan, load: int) -> Insertion | None:
    """Return the cheapest place of a load, or None."""
    return next(iter(insert(plan, load)), None)


def slot_at(dock: int, from_s: int) -> Slots:
    """Return the slots of a trip that loads once, at this dock and moment."""
    return (Slot(dock, from_s),)
