"""Take loads out of a plan: strings of neighbors, whole trips, and trips in a left load's way.

Strings after Christiaens and Vanden Berghe, "Slack induction by string removals" (2020).
"""

import random

import numpy as np

from routing.engine.problem import Problem
from routing.engine.state import State
from routing.engine.trips import Trip

MEAN_REMOVED = 10
MAX_STRING = 10
N_NEIGHBORS = 80


def neighbors_of(problem: Problem) -> list[list[int]]:
    """Return, per load, the loads of like destination and origin, the nearest first."""
    places = problem.loads.place
    between_s = problem.travel.duration_s[np.ix_(places, places)].astype(np.float64)
    depot = problem.loads.depot
    between_s += np.where(depot[:, None] == depot[None, :], 0.0, 3600.0)
    middle_s = (problem.loads.delivery_from_s + problem.loads.delivery_to_s) / 2.0
    between_s += 0.1 * np.abs(middle_s[:, None] - middle_s[None, :])
    order = np.argsort(between_s, axis=1, kind="stable")[:, :N_NEIGHBORS]
    rows: list[list[int]] = order.tolist()
    return rows


def ruin(state: State, neighbors: list[list[int]], rng: random.Random) -> set[int]:
    """Remove some loads from the plan and return them, together with those already left."""
    chance = rng.random()
    if state.left and chance < 0.4:  # noqa: PLR2004  (shares of the operators)
        _free_a_vehicle_for(state, rng.choice(sorted(state.left)), neighbors, rng)
    elif chance < 0.55:  # noqa: PLR2004
        _remove_whole_trips(state, neighbors, rng)
    else:
        _remove_strings(state, rng.randrange(len(state.where)), neighbors, rng)
    return set(state.left)


def _remove_strings(
    state: State, seed_row: int, neighbors: list[list[int]], rng: random.Random
) -> None:
    trips = state.trips
    if not trips:
        return
    mean_length = (len(state.where) - len(state.left)) / len(trips)
    longest = min(float(MAX_STRING), max(1.0, mean_length * 1.5))
    n_strings = int(rng.uniform(1.0, 4.0 * MEAN_REMOVED / (1.0 + longest)))
    touched: set[int] = set()
    for row in neighbors[seed_row]:
        if len(touched) >= n_strings:
            break
        trip = state.where[row]
        if trip is None or id(trip) in touched:
            continue
        length = int(rng.uniform(1.0, min(len(trip.rows), longest) + 1.0))
        at = trip.rows.index(row)
        first = rng.randint(max(0, at - length + 1), min(at, len(trip.rows) - length))
        shorter = _cut(state, trip, frozenset(trip.rows[first : first + length]))
        touched.add(id(shorter))


def _remove_whole_trips(state: State, neighbors: list[list[int]], rng: random.Random) -> None:
    n_trips = rng.randint(1, 4)
    for row in neighbors[rng.randrange(len(state.where))]:
        trip = state.where[row]
        if trip is not None:
            state.remove(trip)
            n_trips -= 1
        if not n_trips:
            return


def _free_a_vehicle_for(
    state: State, row: int, neighbors: list[list[int]], rng: random.Random
) -> None:
    """Empty one vehicle that could carry `row`, and loosen the trips around it."""
    book = state.book
    able = [trip for trip in state.trips if isinstance(book.single(trip.kind_row, row), Trip)]
    if able:
        depot = state.tables.loads[row].depot
        near = [trip for trip in able if trip.depot == depot]
        state.remove(rng.choice(near if near and rng.random() < 0.6 else able))  # noqa: PLR2004
    if rng.random() < 0.7:  # noqa: PLR2004
        _remove_strings(state, row, neighbors, rng)


def _cut(state: State, trip: Trip, gone: frozenset[int]) -> Trip | None:
    shorter = state.book.without(trip, gone)
    state.replace(trip, shorter)
    return shorter
