"""From a chosen trip, a vehicle and a dock slot to the route with every time written out."""

from collections.abc import Sequence
from itertools import pairwise

from routing.engine.docks import Slot
from routing.engine.packing import loads_fit_compartments
from routing.engine.problem import Problem
from routing.engine.reasons import Broken
from routing.engine.schedule import Label, Ride, ride_of, run
from routing.engine.solution import Loading, Rest, Route, Visit
from routing.engine.tables import Tables
from routing.engine.trips import Book, Trip


def keeps_every_rule_at(tables: Tables, trip: Trip, loading_from_s: int) -> bool:
    """Whether the trip still works when loading starts at this very moment."""
    ride = ride_of(tables, trip.kind, trip.rows)
    label = run(ride, loading_from_s, trip.rows)
    if isinstance(label, Broken):
        return False
    return label.ready_s - loading_from_s + ride.lead_s <= ride.max_duration_s


def build_routes(
    problem: Problem, book: Book, slots: Sequence[tuple[Trip, Slot]]
) -> tuple[Route, ...]:
    """Return the routes of the trips, each on a vehicle of its kind, ordered by vehicle."""
    free = [list(kind.vehicles) for kind in book.tables.kinds]
    inside: list[list[int]] = [[] for _ in problem.vehicles.refs]
    for row, vehicle in enumerate(problem.compartments.vehicle.tolist()):
        inside[vehicle].append(row)
    routes = []
    for trip, slot in sorted(slots, key=lambda pair: (pair[1].from_s, pair[0].rows)):
        vehicle = free[trip.kind_row].pop(0)
        bays = book.tables.in_kind_order(problem, inside[vehicle])
        routes.append(_route(book, trip, vehicle, bays, slot))
    return tuple(sorted(routes, key=lambda route: route.vehicle))


def _route(book: Book, trip: Trip, vehicle: int, bays: Sequence[int], slot: Slot) -> Route:
    tables, kind = book.tables, trip.kind
    ride = ride_of(tables, kind, trip.rows)
    label = run(ride, slot.from_s, trip.rows)
    packing = loads_fit_compartments(tables, kind, trip.rows)
    if isinstance(label, Broken) or packing is None:
        message = f"trip {trip.rows} lost its slot {slot}"
        raise RuntimeError(message)
    labels = _chain(label)
    visits = _visits(tables, trip, labels, [bays[position] for position in packing])
    start_s = slot.from_s - ride.lead_s
    lead_drive_s = tables.duration_s[kind.home][tables.depot_place[trip.depot]]
    duration_s = label.ready_s - start_s
    return Route(
        vehicle=vehicle,
        loadings=(
            Loading(
                depot=trip.depot,
                dock=slot.dock,
                arrival_s=slot.from_s,
                from_s=slot.from_s,
                to_s=slot.from_s + ride.loading_s,
                departure_s=labels[1].departs_s,
            ),
        ),
        start_s=start_s,
        visits=visits,
        end_s=label.ready_s,
        ends_away=kind.may_end_away,
        rests=_rests(ride, labels, start_s, lead_drive_s),
        distance_m=trip.distance_m,
        drive_s=lead_drive_s + sum(ride.legs),
        wait_s=sum(visit.wait_s for visit in visits),
        fixed_fen=kind.fixed_fen,
        km_fen=(kind.per_km_fen * trip.distance_m + 500) // 1000,
        hour_fen=(kind.per_hour_fen * duration_s + 1800) // 3600,
    )


def _chain(label: Label) -> list[Label]:
    """Return the labels from loading to the end of the trip."""
    labels: list[Label] = []
    step: Label | None = label
    while step is not None:
        labels.append(step)
        step = step.before
    return labels[::-1]


def _visits(
    tables: Tables, trip: Trip, labels: Sequence[Label], bays: Sequence[int]
) -> tuple[Visit, ...]:
    visits = []
    place = tables.depot_place[trip.depot]
    for index, row in enumerate(trip.rows):
        load, here = tables.loads[row], labels[index + 1]
        has_next = index + 2 < len(labels)
        visits.append(
            Visit(
                load=row,
                compartment=bays[index],
                arrival_s=here.arrives_s,
                start_s=here.starts_s,
                end_s=here.ready_s,
                departure_s=labels[index + 2].departs_s if has_next else here.ready_s,
                drive_s=tables.duration_s[place][load.place],
                distance_m=tables.distance_m[place][load.place],
            )
        )
        place = load.place
    return tuple(visits)


def _rests(
    ride: Ride, labels: Sequence[Label], start_s: int, lead_drive_s: int
) -> tuple[Rest, ...]:
    rests = _on_road(ride, 0, start_s, 0, lead_drive_s)
    for leg, (before, here) in enumerate(pairwise(labels), start=1):
        if here.departs_s > before.ready_s:
            rests.append(Rest(leg, False, before.ready_s, here.departs_s))  # noqa: FBT003
        leg_s = ride.legs[leg - 1]
        rests += _on_road(ride, leg, here.departs_s, here.driven_before_s, leg_s)
    return tuple(rests)


def _on_road(ride: Ride, leg: int, departs_s: int, driven_s: int, leg_s: int) -> list[Rest]:
    """Return the rests on one leg, each taken when the driving time is used up."""
    rests = []
    now_s, left_s = departs_s, leg_s
    while driven_s + left_s > ride.max_driving_s:
        stretch_s = ride.max_driving_s - driven_s
        now_s += stretch_s
        rests.append(Rest(leg, True, now_s, now_s + ride.rest_s))  # noqa: FBT003
        now_s += ride.rest_s
        left_s -= stretch_s
        driven_s = 0
    return rests
