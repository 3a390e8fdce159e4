"""From a chosen trip, a vehicle and dock slots to the route with every time written out."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from routing.engine.columns import Ints
from routing.engine.kernel import codes
from routing.engine.kernel import fields as f
from routing.engine.kernel.timetable import timetable
from routing.engine.problem import Problem
from routing.engine.slots import Slot
from routing.engine.solution import Loading, Rest, Route, Visit
from routing.engine.tables import Tables
from routing.engine.trips import Book, Trip

Slots = Sequence[Slot]


class Timed(NamedTuple):
    """A trip with given starts of its loadings: what it costs, and when it starts and ends.

    `drive_s` is time at the wheel, `starts_s` the start of each delivery's service.
    """

    cost_fen: int
    start_s: int
    end_s: int
    distance_m: int
    drive_s: int
    starts_s: tuple[int, ...]


def timed(tables: Tables, trip: Trip, starts_s: Sequence[int]) -> Timed | None:
    """Return the trip whose loadings start at these moments, or None when that breaks a rule.

    `starts_s` follow the order of `trip.timing.loadings`.
    """
    kind = trip.kind_row
    depots = np.array([loading.depot for loading in trip.timing.loadings], np.int64)
    rows, starts = np.array(trip.rows, np.int64), np.array(starts_s, np.int64)
    out = tables.out
    if timetable(tables.data, kind, rows, len(rows), depots, starts, tables.work, out):
        return None
    first = f.LINES + len(depots)
    return Timed(
        cost_fen=int(out[codes.COST]),
        start_s=int(out[codes.START]),
        end_s=int(out[codes.END]),
        distance_m=int(out[codes.DISTANCE]),
        drive_s=_drive_s(tables),
        starts_s=tuple(tables.work.desk[first : first + len(rows), f.T_STARTS].tolist()),
    )


def _refuse_lost(trip: Trip, slots: Slots) -> int:
    message = f"trip {trip.rows} lost its slots {tuple(slots)}"
    raise RuntimeError(message)


def _drive_s(tables: Tables) -> int:
    """Return the time at the wheel of the timetable on the desk."""
    desk = tables.work.desk
    n_lines = int(desk[f.TRIP, f.N_STOPS]) + 1
    return int(desk[f.LINES : f.LINES + n_lines, f.T_LEG].sum())


def route_of(problem: Problem, book: Book, trip: Trip, vehicle: int, slots: Slots) -> Route:
    """Return the trip on `vehicle` with all its times; its loadings take the slots in turn."""
    tables, kind = book.tables, trip.kind
    times = timed(tables, trip, [slot.from_s for slot in slots])
    if times is None:
        _refuse_lost(trip, slots)
    assert times is not None  # noqa: S101  (refused above)
    desk = tables.work.desk
    n_lines = int(desk[f.TRIP, f.N_STOPS]) + 1
    lines = desk[f.LINES : f.LINES + n_lines]
    visits = _visits(problem, tables, trip, lines, bays_of_vehicle(problem, vehicle))
    duration_s = times.end_s - times.start_s
    over_s = max(0, duration_s - kind.overtime_after_s)
    return Route(
        vehicle=vehicle,
        loadings=_loadings(trip, slots, lines),
        start_s=times.start_s,
        visits=visits,
        end_s=times.end_s,
        ends_away=kind.may_end_away,
        rests=_rests(desk),
        distance_m=times.distance_m,
        drive_s=int(lines[:, f.T_LEG].sum()),
        wait_s=sum(visit.wait_s for visit in visits),
        fixed_fen=kind.fixed_fen,
        km_fen=(kind.per_km_fen * times.distance_m + 500) // 1000,
        hour_fen=(kind.per_hour_fen * duration_s + 1800) // 3600,
        toll_fen=(kind.toll_per_km_fen * times.distance_m + 500) // 1000,
        overtime_fen=(kind.overtime_per_hour_fen * over_s + 1800) // 3600,
    )


def bays_of_vehicle(problem: Problem, vehicle: int) -> list[int]:
    """Return the vehicle's compartment rows in the order of its kind's compartments."""
    rows = np.flatnonzero(problem.compartments.vehicle == vehicle).tolist()
    return Tables.in_kind_order(problem, rows)


def _loadings(trip: Trip, slots: Slots, lines: Ints) -> tuple[Loading, ...]:
    return tuple(
        Loading(
            depot=loading.depot,
            dock=slot.dock,
            arrival_s=int(lines[j, f.T_ARRIVES]),
            from_s=int(lines[j, f.T_STARTS]),
            to_s=int(lines[j, f.T_ENDS]),
            departure_s=int(lines[j, f.T_DEPARTS]),
        )
        for j, (loading, slot) in enumerate(zip(trip.timing.loadings, slots, strict=True))
    )


def _visits(
    problem: Problem, tables: Tables, trip: Trip, lines: Ints, bays: Sequence[int]
) -> tuple[Visit, ...]:
    visits = []
    place = tables.depot_place[trip.timing.loadings[-1].depot]
    n_before = len(trip.timing.loadings)
    for index, row in enumerate(trip.rows):
        load, here = tables.loads[row], lines[n_before + index].tolist()
        visits.append(
            Visit(
                load=row,
                compartment=bays[int(lines[index, f.BAY_OF])],
                arrival_s=here[f.T_ARRIVES],
                start_s=here[f.T_STARTS],
                end_s=here[f.T_ENDS],
                departure_s=here[f.T_DEPARTS],
                drive_s=here[f.T_LEG],
                distance_m=int(problem.travel.distance_m[place, load.place]),
            )
        )
        place = load.place
    return tuple(visits)


def _rests(desk: Ints) -> tuple[Rest, ...]:
    at = int(desk[f.TRIP, f.REST_AT])
    n_rests = int(desk[f.FOUND, f.N_RESTS])
    rows = desk[at : min(at + n_rests, int(desk[f.TRIP, f.REST_END]))].tolist()
    return tuple(
        Rest(row[f.R_LEG], bool(row[f.R_ON_ROAD]), row[f.R_FROM], row[f.R_TO]) for row in rows
    )
