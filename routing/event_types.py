"""What the events of the routing floor say: one typed payload per event name, with each KPI's figures."""

from datetime import date, datetime

from logistics.events import Payload, names


@names("plan.requested")
class PlanRequested(Payload, frozen=True):
    """Somebody asked for a plan of a day."""

    plan: str
    planning_date: date
    revision: int
    budget_s: int
    seed: int
    may_commit_itself: bool


@names("plan.solved")
class PlanSolved(Payload, frozen=True):
    """The planner answered and the checker found nothing; `solve_s` is the time it took."""

    plan: str
    planning_date: date
    revision: int
    n_loads: int
    n_assigned: int
    n_unassigned: int
    unassigned_by_code: dict[str, int]
    n_trips: int
    n_violations: int
    n_attempts: int
    cost_fen: int
    distance_m: int
    duration_s: int
    drive_s: int
    solve_s: float


@names("plan.failed")
class PlanFailed(Payload, frozen=True):
    """The planner has no answer; the last committed plan stays in force."""

    plan: str
    planning_date: date
    revision: int
    sentence: str
    n_attempts: int
    is_infeasible: bool


@names("plan.cancelled")
class PlanCancelled(Payload, frozen=True):
    """Somebody stopped the planner before it answered."""

    plan: str
    planning_date: date
    revision: int


@names("plan.committed")
class PlanCommitted(Payload, frozen=True):
    """A plan is in force. Volumes and weights × meters feed the load factors; the edited loads the override rate."""

    plan: str
    planning_date: date
    revision: int
    supersedes: str
    n_loads: int
    n_assigned: int
    n_unassigned: int
    n_edited: int
    n_trips: int
    n_vehicles: int
    cost_fen: int
    distance_m: int
    empty_m: int
    duration_s: int
    drive_s: int
    weight_kg: int
    volume_l: int
    n_pallets: int


@names("plan.superseded")
class PlanSuperseded(Payload, frozen=True):
    """Another plan of the day is in force now."""

    plan: str
    planning_date: date
    revision: int
    superseded_by: str


@names("plan.edited")
class PlanEdited(Payload, frozen=True):
    """A dispatcher changed a solved plan; `plan` is the child revision, which has passed the checker."""

    plan: str
    parent: str
    planning_date: date
    revision: int
    n_loads_moved: int
    n_loads: int
    cost_change_fen: int


@names("trip.committed")
class TripCommitted(Payload, frozen=True):
    """A vehicle's trip is in force; capacities at departure, and freight × meters over all its legs."""

    trip: str
    planning_date: date
    carrier: str
    plate: str
    vehicle_type: str
    temperature_classes: list[str]
    starts_at: datetime
    ends_at: datetime
    n_loads: int
    n_stops: int
    distance_m: int
    empty_m: int
    drive_s: int
    weight_kg: int
    volume_l: int
    n_pallets: int
    capacity_kg: int
    capacity_l: int
    capacity_pallets: int
    weight_kg_m: int
    volume_l_m: int


@names("trip.withdrawn")
class TripWithdrawn(Payload, frozen=True):
    """A committed trip is no longer wanted; nothing of it had been loaded."""

    trip: str
    planning_date: date
    carrier: str
    plate: str
    reason: str


@names("load.updated")
class LoadUpdated(Payload, frozen=True):
    """A load moved on, or onto another trip; what its due date and quantities are stands beside it."""

    load: str
    reference: str
    planning_date: date
    previous_status: str
    status: str
    carrier: str
    trip: str
    temperature_class: str
    weight_kg: int
    volume_l: int
    n_pallets: int
    due_at: datetime
    planned_loading_at: datetime | None
    planned_delivery_at: datetime | None
