"""One load explained: what every vehicle says to it, why it stays, and what would have to give."""

from collections.abc import Sequence
from dataclasses import dataclass

from routing.engine.insertion import Insertion, Refusal, ask
from routing.engine.problem import Problem
from routing.engine.reasons import Broken
from routing.engine.relaxations import Relaxation, relaxations
from routing.engine.solution import Solution, Unassigned
from routing.engine.standing import StandingPlan


@dataclass(frozen=True, slots=True)
class VehicleVerdict:
    """What one vehicle says: what the load costs more there, or the first rule that fails.

    `trip` is the plan's trip that was asked, -1 for a new one.
    """

    vehicle: int
    trip: int
    extra_fen: int | None
    broken: Broken | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a load goes where it goes, or stays.

    Attributes
    ----------
    trip
        Row of the plan's route that carries the load, or -1.
    left
        The plan's proven reason, for a load that is left.
    verdicts
        One per vehicle: its best answer.
    places
        Every feasible place, the cheapest first; of a carried load against the plan without it.
    relaxations
        Offers under which a left load can go, the cheapest first, each verified.
    """

    load: int
    trip: int
    left: Unassigned | None
    verdicts: tuple[VehicleVerdict, ...]
    places: tuple[Insertion, ...]
    relaxations: tuple[Relaxation, ...]


def explain(problem: Problem, solution: Solution, load: int) -> Explanation:
    """Return the explanation of one load of a plan that keeps every rule of `problem`."""
    plan = StandingPlan.of(problem, solution)
    trip = plan.where.get(load, -1)
    places, refusals = ask(plan.without(load), load)
    left = next((left for left in solution.unassigned if left.load == load), None)
    offers = relaxations(problem, solution.routes, load) if trip < 0 else []
    return Explanation(
        load=load,
        trip=trip,
        left=left,
        verdicts=tuple(_verdicts(plan, places, refusals)),
        places=tuple(places),
        relaxations=tuple(offers),
    )


def _verdicts(
    plan: StandingPlan, places: Sequence[Insertion], refusals: Sequence[Refusal]
) -> list[VehicleVerdict]:
    """Return each vehicle's best answer; idle vehicles of one kind answer as one of them does."""
    answers: dict[int, VehicleVerdict] = {}
    for place in places:
        found = VehicleVerdict(place.vehicle, place.trip, place.extra_fen, None)
        answers.setdefault(place.vehicle, found)
    for refusal in refusals:
        found = VehicleVerdict(refusal.vehicle, refusal.trip, None, refusal.broken)
        answers.setdefault(refusal.vehicle, found)
    of_kind = {
        plan.tables.kind_of[vehicle]: answers[vehicle]
        for vehicle in plan.idle()
        if vehicle in answers
    }
    verdicts = []
    for vehicle, kind_row in enumerate(plan.tables.kind_of):
        answer = answers.get(vehicle, of_kind.get(kind_row))
        if answer is not None:
            verdicts.append(VehicleVerdict(vehicle, answer.trip, answer.extra_fen, answer.broken))
    return verdicts
