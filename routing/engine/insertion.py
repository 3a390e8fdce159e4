"""Every place of a standing plan where a load could go, with what each would cost."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from routing.engine.reasons import Broken, Reason
from routing.engine.rules import judge
from routing.engine.schedule import Timing
from routing.engine.standing import Slots, Spans, Standing, StandingPlan
from routing.engine.trips import Trip
from routing.engine.units import alone, joined


@dataclass(frozen=True, slots=True)
class Insertion:
    """One feasible place of a load.

    A load that must go with others stands for all of them.

    Attributes
    ----------
    trip
        Row of the plan's trip that takes the load, or -1 for a new trip.
    position
        Visit before which the load is delivered.
    extra_fen
        What the plan then costs more; the price saved for not leaving the load is not counted.
    standing
        The trip with the load aboard, on its vehicle and docks.
    """

    load: int
    trip: int
    vehicle: int
    position: int
    extra_fen: int
    standing: Standing

    @property
    def slots(self) -> Slots:
        """Docks and starts of loading."""
        return self.standing.slots


@dataclass(frozen=True, slots=True)
class Refusal:
    """The first rule that keeps a load from a vehicle, with its figures; `trip` as in Insertion."""

    load: int
    trip: int
    vehicle: int
    broken: Broken


def insert(plan: StandingPlan, load: int) -> list[Insertion]:
    """Return every feasible place of `load`, the cheapest first.

    The other loads stay in their trips and order; a trip that takes the load may load earlier or
    later and at another dock, where that is free. A load that the plan carries already is first
    thought away, and the costs are against the plan without it.
    """
    index = plan.where.get(load)
    without = plan.without(load)
    places = ask(without, load)[0]
    if index is None or len(without.trips) == len(plan.trips):
        return places
    # The load's trip vanished; rows behind it stand one further in the plan.
    return [replace(place, trip=place.trip + (place.trip >= index)) for place in places]


def ask(plan: StandingPlan, load: int) -> tuple[list[Insertion], list[Refusal]]:
    """Return the feasible places of a load that no trip carries, and why each other vehicle refuses."""
    places: list[Insertion] = []
    refusals: list[Refusal] = []
    for found in (*_in_trips(plan, load), *_on_new_trips(plan, load)):
        if isinstance(found, Refusal):
            refusals.append(found)
        else:
            places.append(found)
    places.sort(key=lambda place: (place.extra_fen, place.vehicle, place.position))
    return places, refusals


def _in_trips(plan: StandingPlan, load: int) -> Iterator[Insertion | Refusal]:
    if len(plan.book.together(load)) > 1:
        yield from _joined(plan, load)
        return
    for index, one in enumerate(plan.trips):
        found: list[Insertion] = []
        first: Broken | None = None
        busy: Spans | None = None
        for position in range(len(one.trip.rows) + 1):
            rows = (*one.trip.rows[:position], load, *one.trip.rows[position:])
            judged = judge(plan.tables, one.trip.kind, rows)
            if isinstance(judged, Broken):
                first = first or judged
                continue
            busy = plan.busy((index,)) if busy is None else busy
            place = _placed(plan, index, position, (rows, judged), busy)
            if place is not None:
                found.append(place)
        if found:
            yield from found
        else:
            yield Refusal(load, index, one.vehicle, first or _no_dock(plan, load))


def _joined(plan: StandingPlan, load: int) -> Iterator[Insertion | Refusal]:
    """Try the load with all that must go with it: in each trip the cheapest way to weave them in."""
    unit = plan.book.together(load)
    for index, one in enumerate(plan.trips):
        found = joined(plan.book, one.trip, unit)
        if isinstance(found, Broken):
            yield Refusal(load, index, one.vehicle, found)
            continue
        stands = plan.stand(found, one.vehicle, prefer=one.slots, without=(index,))
        if stands is None:
            yield Refusal(load, index, one.vehicle, _no_dock(plan, load))
        else:
            extra_fen = stands.cost_fen - one.cost_fen
            position = found.rows.index(load)
            yield Insertion(load, index, one.vehicle, position, extra_fen, stands)


def _placed(
    plan: StandingPlan,
    index: int,
    position: int,
    grown: tuple[tuple[int, ...], Timing],
    busy: Spans,
) -> Insertion | None:
    one = plan.trips[index]
    rows, timing = grown
    trip = Trip(plan.book, one.trip.kind_row, rows, timing)
    stands = plan.stand(trip, one.vehicle, prefer=one.slots, without=(index,), busy=busy)
    if stands is None:
        return None
    extra_fen = stands.cost_fen - one.cost_fen
    return Insertion(rows[position], index, one.vehicle, position, extra_fen, stands)


def _on_new_trips(plan: StandingPlan, load: int) -> Iterator[Insertion | Refusal]:
    busy: Spans | None = None
    for vehicle in (*plan.idle(), *plan.again()):
        single = alone(plan.book, plan.tables.kind_of[vehicle], plan.book.together(load))
        if isinstance(single, Broken):
            yield Refusal(load, -1, vehicle, single)
            continue
        if plan.contract_is_full(vehicle):
            yield Refusal(load, -1, vehicle, Broken(Reason.CONTRACT_LIMIT, load, {}))
            continue
        busy = plan.busy() if busy is None else busy
        stands = plan.stand(single, vehicle, busy=busy)
        if stands is None:
            yield Refusal(load, -1, vehicle, _no_dock(plan, load))
        else:
            position = stands.trip.rows.index(load)
            yield Insertion(load, -1, vehicle, position, stands.cost_fen, stands)


def _no_dock(plan: StandingPlan, load: int) -> Broken:
    row = plan.tables.loads[load]
    docks = plan.tables.docks[row.depot]
    n_docks = sum(plan.tables.dock_mask[dock] >> row.temperature_class & 1 for dock in docks)
    return Broken(Reason.NO_DOCK_IN_TIME, load, {"n_docks": n_docks})
