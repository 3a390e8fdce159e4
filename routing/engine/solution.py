"""What the planner answers: routes with all their times, and left loads with proven reasons.

All moments are seconds since the epoch (UTC), all indexes are rows of the problem's tables.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from routing.engine.reasons import TIME_RAN_OUT, Reason, sentence

FORMAT = "luohe-solution/1"

_OF_FIRST_LOADING = (
    "depot", "dock", "depot_arrival_s", "loading_from_s", "loading_to_s", "departure_s",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rest:
    """A legal rest: on the road, or a stay drawn out for it.

    `leg` counts the ways of the trip: to the first depot (0), from depot to depot, from visit to
    visit and home; a rest at a stop stands before its leg.
    """

    leg: int
    is_on_road: bool
    from_s: int
    to_s: int


@dataclass(frozen=True, slots=True)
class Visit:
    """One delivery: arrival, start and end of service, and the moment of driving on."""

    load: int
    compartment: int
    arrival_s: int
    start_s: int
    end_s: int
    departure_s: int
    drive_s: int
    distance_m: int

    @property
    def wait_s(self) -> int:
        """Time between arrival and start of service."""
        return self.start_s - self.arrival_s


@dataclass(frozen=True, slots=True)
class Loading:
    """One loading at one dock: arrival at the depot, start and end of loading, and driving on."""

    depot: int
    dock: int
    arrival_s: int
    from_s: int
    to_s: int
    departure_s: int


@dataclass(frozen=True, slots=True)
class Route:
    """One trip of a vehicle: start, loadings, deliveries and, unless it ends away, home.

    `depot`, `dock`, `depot_arrival_s`, `loading_from_s` and `loading_to_s` are those of the first
    loading, `departure_s` is that of the last one. `drive_s` is time at the wheel.
    """

    vehicle: int
    loadings: tuple[Loading, ...]
    start_s: int
    visits: tuple[Visit, ...]
    end_s: int
    ends_away: bool
    rests: tuple[Rest, ...]
    distance_m: int
    drive_s: int
    wait_s: int
    fixed_fen: int
    km_fen: int
    hour_fen: int
    toll_fen: int = 0
    overtime_fen: int = 0

    @property
    def cost_fen(self) -> int:
        """Fixed, distance, toll, time and overtime cost."""
        own = self.fixed_fen + self.km_fen + self.hour_fen
        return own + self.toll_fen + self.overtime_fen

    @property
    def depot(self) -> int:
        """Depot of the first loading."""
        return self.loadings[0].depot

    @property
    def dock(self) -> int:
        """Dock of the first loading."""
        return self.loadings[0].dock

    @property
    def depot_arrival_s(self) -> int:
        """Arrival at the first depot."""
        return self.loadings[0].arrival_s

    @property
    def loading_from_s(self) -> int:
        """Start of the first loading."""
        return self.loadings[0].from_s

    @property
    def loading_to_s(self) -> int:
        """End of the first loading."""
        return self.loadings[0].to_s

    @property
    def departure_s(self) -> int:
        """Departure to the first delivery."""
        return self.loadings[-1].departure_s

    @property
    def duration_s(self) -> int:
        """Time from leaving home to the end of the trip."""
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A load that stays: the proven reason, its figures, and each vehicle's first failing rule.

    `rules` holds (reason, number of vehicles for which it is the first rule that fails), the most
    frequent first. `is_proven` is False only when time ran out before the proof.
    """

    load: int
    reason: Reason
    numbers: dict[str, int]
    rules: tuple[tuple[Reason, int], ...] = ()
    is_proven: bool = True

    def sentence(self, language: str = "en") -> str:
        """Return the reason as a sentence in ``en`` or ``zh-hans``."""
        if not self.is_proven:
            return TIME_RAN_OUT[language]
        return sentence(self.reason, self.numbers, language)


@dataclass(frozen=True, slots=True)
class Solution:
    """A plan for one problem, which `problem_hash` names.

    `cost_fen` is that of the routes, `left_fen` the price of what stays, `short_fen` that of trips
    promised to contracts and not used, `change_fen` that of leaving the plan in force; no plan
    costs less in all than `bound_fen`, where that is known.
    """

    problem_hash: str
    routes: tuple[Route, ...]
    unassigned: tuple[Unassigned, ...]
    cost_fen: int
    left_fen: int
    distance_m: int
    duration_s: int
    short_fen: int = 0
    change_fen: int = 0
    bound_fen: int | None = None
    seconds: float = 0.0
    seed: int = 0
    n_steps: int = 0
    is_stopped: bool = False
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def total_fen(self) -> int:
        """What the planner minimizes: routes, left loads, short contracts and changes."""
        return self.cost_fen + self.left_fen + self.short_fen + self.change_fen

    @property
    def n_assigned(self) -> int:
        """Number of loads on routes."""
        return sum(len(route.visits) for route in self.routes)


def solution_to_dict(solution: Solution) -> dict[str, Any]:
    """Return the solution as plain lists and dictionaries, with both sentences per left load."""
    content: dict[str, Any] = {"format": FORMAT, **asdict(solution)}
    for row, route in zip(content["routes"], solution.routes, strict=True):
        row["cost_fen"], row["duration_s"] = route.cost_fen, route.duration_s
        row |= {name: getattr(route, name) for name in _OF_FIRST_LOADING}
    for row, left in zip(content["unassigned"], solution.unassigned, strict=True):
        row["sentence"] = {language: left.sentence(language) for language in ("en", "zh-hans")}
    return content


def solution_to_json(solution: Solution) -> str:
    """Return the solution as compact JSON."""
    return json.dumps(solution_to_dict(solution), ensure_ascii=False, separators=(",", ":"))
