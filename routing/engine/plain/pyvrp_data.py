"""A plain problem, or some of its places, as PyVRP's data, and routes to and fro.

PyVRP numbers clients and shipments apart from places and its types without the absent ones; a
`Form` keeps both numberings. Types that may not go everywhere get a profile whose ways to the
closed places are longer than the type may travel.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pyvrp import (
    Activity,
    ActivityType,
    Client,
    CostEvaluator,
    Depot,
    Location,
    ProblemData,
    Route,
    Shipment,
    Solution,
    VehicleType,
)

from routing.engine.columns import Ints, ProblemError
from routing.engine.plain.problem import FAR, REQUIRED, PlainProblem, PlainRoute

CLOSED = 1 << 30
"""Length of a way to a place that a type may not visit; far above any sum of real ways."""

MANY_TRIPS = 1_000
ENDLESS = int(np.iinfo(np.int64).max)

_FACTS = {"C": ActivityType.CLIENT, "L": ActivityType.PICKUP, "U": ActivityType.DELIVERY}


class Form:
    """PyVRP's view of a problem restricted to `places` and to `n_available` vehicles a type.

    Attributes
    ----------
    data
        What PyVRP searches.
    places
        The clients in it, in PyVRP's order of locations after the depots.
    """

    def __init__(
        self,
        problem: PlainProblem,
        places: Sequence[int] | None = None,
        n_available: Ints | None = None,
    ) -> None:
        self._problem = problem
        depots = problem.n_depots
        everyone = range(depots, problem.n_places)
        self.places = np.array(everyone if places is None else places, dtype=np.int64)
        n_of_type = problem.types.n_available if n_available is None else n_available
        self._types = [int(row) for row in np.flatnonzero(n_of_type > 0)]
        self._type_at = {row: at for at, row in enumerate(self._types)}
        self._rows = np.concatenate([np.arange(depots), self.places])
        self._profiles, self._profile_of = self._group_types()
        self._number_activities()
        self.data = self._build(n_of_type)
        self._cost = CostEvaluator([1.0] * self.data.num_load_dimensions, 1.0, 1.0)

    def cost(self, solution: Solution) -> int:
        """Return what a feasible solution costs, the prizes of its left places included."""
        return int(self._cost.cost(solution))

    def solution(self, routes: Sequence[PlainRoute]) -> Solution:
        """Return the routes as PyVRP's solution."""
        return Solution(self.data, [self._route(route) for route in routes if route.places])

    def routes(self, solution: Solution) -> tuple[PlainRoute, ...]:
        """Return PyVRP's solution as routes."""
        return tuple(
            PlainRoute(self.type_at(route.vehicle_type()), self.trips_of(str(route)))
            for route in solution.routes()
        )

    def type_at(self, row: int) -> int:
        """Return the problem's number of PyVRP's vehicle type."""
        return self._types[row]

    def trips_of(self, text: str) -> tuple[tuple[int, ...], ...]:
        """Return the places that PyVRP's print of a route names, trip by trip."""
        place_of = self._place_of
        trips = (trip.split() for trip in text.split("|"))
        return tuple(tuple(place_of[word] for word in trip) for trip in trips if trip)

    def _route(self, route: PlainRoute) -> Route:
        reload = int(self._problem.types.reload_depot[route.vehicle_type])
        activities: list[Activity] = []
        for trip in route.trips:
            if activities and trip:
                activities.append(Activity(ActivityType.DEPOT, reload))
            for place in trip:
                word = self._word_of[place]
                activities.append(Activity(_FACTS[word[0]], int(word[1:])))
        return Route(self.data, activities, self._type_at[route.vehicle_type])

    def _group_types(self) -> tuple[Any, Any]:
        """Return the distinct rows of places that types may visit, and each type's row."""
        serves = self._problem.types.serves[self._types][:, self._rows]
        serves[:, : self._problem.n_depots] = True
        return np.unique(serves, axis=0, return_inverse=True)

    def _number_activities(self) -> None:
        """Give each place the word by which PyVRP prints it: C client, L load, U unload."""
        pair, demand = self._problem.pair, self._problem.demand
        self._clients = [int(place) for place in self.places if pair[place] == 0]
        self._pickups = [
            int(place)
            for place in self.places
            if pair[place] != 0 and (demand[place] > demand[pair[place]]).any()
        ]
        words = {place: f"C{at}" for at, place in enumerate(self._clients)}
        for at, place in enumerate(self._pickups):
            words[place], words[int(pair[place])] = f"L{at}", f"U{at}"
        self._word_of = words
        self._place_of = {word: place for place, word in words.items()}

    def _build(self, n_of_type: Ints) -> ProblemData:
        problem, rows = self._problem, self._rows
        at = {int(place): index for index, place in enumerate(rows)}
        distance = problem.distance[np.ix_(rows, rows)]
        duration = problem.duration[np.ix_(rows, rows)]
        return ProblemData(
            locations=[Location(*problem.coordinates[place]) for place in rows],
            clients=[self._client(place, at[place]) for place in self._clients],
            depots=[self._depot(depot) for depot in range(problem.n_depots)],
            vehicle_types=[self._vehicle_type(row, int(n_of_type[row])) for row in self._types],
            distance_matrices=_as_stubbed([_closed(distance, open_) for open_ in self._profiles]),
            duration_matrices=_as_stubbed([duration] * len(self._profiles)),
            shipments=[self._shipment(place, at) for place in self._pickups],
        )

    def _client(self, place: int, location: int) -> Client:
        problem = self._problem
        demand, prize = problem.demand[place], int(problem.prize[place])
        return Client(
            location=location,
            delivery=np.maximum(demand, 0).tolist(),
            pickup=np.maximum(-demand, 0).tolist(),
            service_duration=int(problem.service[place]),
            tw_early=int(problem.window_from[place]),
            tw_late=_limit(problem.window_to[place]),
            release_time=int(problem.release[place]),
            prize=max(0, prize),
            required=prize == REQUIRED,
        )

    def _depot(self, depot: int) -> Depot:
        problem = self._problem
        return Depot(
            location=depot,
            tw_early=int(problem.window_from[depot]),
            tw_late=_limit(problem.window_to[depot]),
            service_duration=int(problem.service[depot]),
        )

    def _shipment(self, pickup: int, at: dict[int, int]) -> Shipment:
        problem = self._problem
        delivery = int(problem.pair[pickup])
        if problem.release[pickup] or problem.release[delivery]:
            message = f"release: place {pickup} is picked up on the way and has no release"
            raise ProblemError(message, field="release", row=pickup)
        prizes = [int(problem.prize[place]) for place in (pickup, delivery)]
        return Shipment(
            pickup_location=at[pickup],
            delivery_location=at[delivery],
            pickup_tw_early=int(problem.window_from[pickup]),
            pickup_tw_late=_limit(problem.window_to[pickup]),
            pickup_service_duration=int(problem.service[pickup]),
            delivery_tw_early=int(problem.window_from[delivery]),
            delivery_tw_late=_limit(problem.window_to[delivery]),
            delivery_service_duration=int(problem.service[delivery]),
            amount=problem.demand[pickup].tolist(),
            prize=sum(max(0, prize) for prize in prizes),
            required=REQUIRED in prizes,
        )

    def _vehicle_type(self, row: int, n_available: int) -> VehicleType:
        types = self._problem.types
        profile = int(self._profile_of[self._type_at[row]])
        may_reload = types.reload_depot[row] >= 0 and types.max_trips[row] > 1
        max_distance = _limit(types.max_distance[row])
        if not self._profiles[profile].all():
            max_distance = min(max_distance, CLOSED - 1)
        return VehicleType(
            num_available=n_available,
            capacity=types.capacity[row].tolist(),
            start_depot=int(types.start_depot[row]),
            end_depot=int(types.end_depot[row]),
            fixed_cost=int(types.fixed_cost[row]),
            tw_early=int(types.shift_from[row]),
            tw_late=_limit(types.shift_to[row]),
            shift_duration=_limit(types.max_duration[row]),
            max_distance=max_distance,
            unit_distance_cost=int(types.unit_distance_cost[row]),
            unit_duration_cost=int(types.unit_duration_cost[row]),
            profile=profile,
            reload_depots=[int(types.reload_depot[row])] if may_reload else [],
            max_reloads=min(int(types.max_trips[row]), MANY_TRIPS) - 1,
        )


def _as_stubbed(matrices: list[Ints]) -> Any:
    """Return matrices in the type that PyVRP's stubs name, which no array has."""
    return matrices


def _limit(value: int | np.int64) -> int:
    """Return a limit as PyVRP writes it, so that it skips the ones that are none."""
    return ENDLESS if value >= FAR else int(value)


def _closed(distance: Ints, open_: Any) -> Ints:
    """Return distances with every way to and from closed places too long to travel."""
    if open_.all():
        return distance
    closed = distance.copy()
    closed[~open_, :] = CLOSED
    closed[:, ~open_] = CLOSED
    np.fill_diagonal(closed, 0)
    return closed
