"""How many trips the vehicles of a kind can make, and on which of them."""

from collections.abc import Sequence

from routing.engine.problem import Problem


class Fleet:
    """Vehicles behind each kind: `units[kind]` names a vehicle's row once per real vehicle."""

    def __init__(self, problem: Problem, kinds: Sequence[Sequence[int]]) -> None:
        vehicles = problem.vehicles
        self.units: list[list[int]] = []
        self.per_unit: list[int] = []
        for members in kinds:
            first = members[0]
            n_units = vehicles.n_units[list(members)].tolist()
            pairs = zip(members, n_units, strict=True)
            self.units.append([vehicle for vehicle, n in pairs for _ in range(n)])
            is_bound = vehicles.may_end_away[first] or (
                vehicles.start_place[first] != vehicles.home_place[first]
            )
            self.per_unit.append(1 if is_bound else int(vehicles.max_trips[first]))
        self.turnaround_s = problem.rules.turnaround_s
        self.daily_rest_s = problem.rules.daily_rest_s
        cap_s = problem.rules.max_daily_driving_s
        self.cap_s = [cap_s * int(vehicles.n_drivers[members[0]]) for members in kinds]

    def n_trips(self, kind_row: int) -> int:
        """Return the most trips that the kind's vehicles can make."""
        return len(self.units[kind_row]) * self.per_unit[kind_row]

    def is_shared(self, kind_row: int) -> bool:
        """Whether a vehicle of the kind may make several trips, one after the other."""
        return self.per_unit[kind_row] > 1
