"""What needs somebody today: loads left out, air beyond its band, silent sensors; each with one next step."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from logistics.scoping import Principal
from logistics.temperature import Band
from routing.models import Plan, UnassignedLoad, UnassignedReason
from routing.pages.families import Family, family_of
from warehouses.air import RUNNING_PHASES, band_of
from warehouses.models import (
    ColdSpace,
    Excursion,
    ExcursionHandling,
    ExcursionPhase,
    Sensor,
    Severity,
)

_R = UnassignedReason
STEPS: dict[str, str | Promise] = {
    _R.NO_VEHICLE_OF_CLASS: _("Ask a carrier for a vehicle of this class, then plan again."),
    _R.TOO_HEAVY: _("Split the load, or ask for a heavier vehicle."),
    _R.TOO_BIG: _("Split the load, or ask for a larger body."),
    _R.TOO_MANY_PALLETS: _("Split the load over two vehicles."),
    _R.WINDOW_TOO_SHORT: _("Ask the shipper for a longer pick-up window."),
    _R.UNREACHABLE_IN_WINDOW: _("Ask the consignee for a later delivery, or load earlier."),
    _R.BEYOND_SHIFT_OR_REST: _("Put a vehicle with a longer shift or a second driver on it."),
    _R.HEAT_BUDGET: _("Give it an earlier place in the trip, or a vehicle of its own."),
    _R.NO_DOCK_IN_TIME: _("Open another dock of the class, or move the pick-up."),
    _R.SEGREGATION: _("Give it a compartment of its own."),
    _R.CARRIER_NOT_ALLOWED: _("Check which carriers the load and the contracts allow."),
    _R.CONTRACT_LIMIT: _("Ask the carrier for more trips than the contract holds."),
    _R.LOCKED_OUT: _("Lift the lock on the load or on the vehicle."),
    _R.NEEDS_COMMITMENTS_CHANGED: _("Widen its window or add a vehicle, then plan again."),
    _R.WOULD_MOVE_TOO_MUCH: _("Plan anew and let more of the plan move, or add a vehicle."),
    _R.DEARER_THAN_ITS_PRICE: _("Raise the price of leaving it, or leave it for another day."),
    _R.INVALID_INPUT: _("Correct the load's data, then plan again."),
}
STEP_OPEN = _("Check doors and cooling unit now; move the goods if it does not turn back.")
STEP_ENDED = _(
    "It is over: look at the goods that were inside and write down what is done with them."
)
STEP_SILENT = _("Check power and network of the logger; measure by hand until it reports.")

SHOWN_PHASES = (
    ExcursionPhase.OPEN,
    ExcursionPhase.CLOSING,
    ExcursionPhase.CLOSED,
    ExcursionPhase.UNKNOWN_END,
)
_SEVERITY_RANK = {Severity.CRITICAL: 0, Severity.MAJOR: 1, Severity.MINOR: 2}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A load that the plan leaves, with its proven reason in the reader's language."""

    row: UnassignedLoad
    family: Family
    sentence: str
    step: str | Promise
    kind: Literal["unassigned"] = "unassigned"


@dataclass(frozen=True, slots=True)
class OutOfBand:
    """An excursion that nobody has disposed of yet."""

    row: Excursion
    family: Family
    band: Band
    place: str
    is_running: bool
    step: str | Promise
    kind: Literal["excursion"] = "excursion"


@dataclass(frozen=True, slots=True)
class Silent:
    """A sensor that has stopped reporting."""

    row: Sensor
    place: str
    step: str | Promise = STEP_SILENT
    kind: Literal["silent"] = "silent"


Item = LeftOut | OutOfBand | Silent


@dataclass(frozen=True, slots=True)
class Attention:
    """The items, most urgent first.

    Running excursions, grave ones that ended, loads by priority and time, silence, minor ones that ended.
    """

    items: tuple[Item, ...]

    @property
    def n_unassigned(self) -> int:
        """How many are loads left out."""
        return sum(item.kind == "unassigned" for item in self.items)

    @property
    def n_excursions(self) -> int:
        """How many are excursions."""
        return sum(item.kind == "excursion" for item in self.items)

    @property
    def n_silent(self) -> int:
        """How many are silent sensors."""
        return sum(item.kind == "silent" for item in self.items)


def read_attention(
    *, principal: Principal, plan: Plan | None, starts_at: datetime, ends_at: datetime
) -> Attention:
    """Read what needs somebody on a day, as far as the principal may see it: three queries."""
    excursions = _excursions(principal, starts_at, ends_at)
    running = [item for item in excursions if item.is_running]
    ended = [item for item in excursions if not item.is_running]
    grave = [item for item in ended if item.row.severity != Severity.MINOR]
    minor = [item for item in ended if item.row.severity == Severity.MINOR]
    items: tuple[Item, ...] = (
        *running,
        *grave,
        *_left_out(principal, plan),
        *_silent(principal, ends_at),
        *minor,
    )
    return Attention(items=items)


def _left_out(principal: Principal, plan: Plan | None) -> list[LeftOut]:
    if plan is None:
        return []
    rows = (
        UnassignedLoad.objects.visible_to(principal)
        .filter(plan=plan)
        .select_related("load__destination", "load__shipper", "load__category")
        .order_by("-load__priority", "load__delivery_to_at", "load_id")
    )
    is_chinese = (get_language() or "zh").startswith("zh")
    return [
        LeftOut(
            row=row,
            family=family_of(row.load.temperature_class, row.load.category.segregation),
            sentence=row.sentence_zh if is_chinese else row.sentence_en,
            step=STEPS[row.code],
        )
        for row in rows
    ]


def _excursions(principal: Principal, starts_at: datetime, ends_at: datetime) -> list[OutOfBand]:
    rows = (
        Excursion.objects.visible_to(principal)
        .filter(phase__in=SHOWN_PHASES, started_at__lt=ends_at)
        .filter(Q(ended_at__isnull=True) | Q(ended_at__gte=starts_at))
        .exclude(handling=ExcursionHandling.DISPOSITIONED)
        .select_related("cold_space", "cold_space__room", "cold_space__compartment__vehicle")
    )
    items = [
        OutOfBand(
            row=row,
            family=family_of(row.temperature_class),
            band=band_of(row.cold_space),
            place=place_of(row.cold_space),
            is_running=row.phase in RUNNING_PHASES,
            step=STEP_OPEN if row.phase in RUNNING_PHASES else STEP_ENDED,
        )
        for row in rows
    ]
    return sorted(
        items, key=lambda item: (_SEVERITY_RANK[Severity(item.row.severity)], item.row.started_at)
    )


def _silent(principal: Principal, ends_at: datetime) -> list[Silent]:
    """Return the sensors that fell silent before the day's end and have not come back."""
    rows = (
        Sensor.objects.visible_to(principal)
        .filter(is_active=True, silent_since_at__lt=ends_at)
        .select_related("cold_space", "cold_space__room", "cold_space__compartment__vehicle")
        .order_by("silent_since_at", "code")
    )
    return [Silent(row=row, place=place_of(row.cold_space)) for row in rows]


def place_of(space: ColdSpace) -> str:
    """Return what people call a space: the room's name, or the plate with the compartment's position."""
    if hasattr(space, "room"):
        return str(space.room)
    part = getattr(space, "compartment", None)
    if part is None:
        return space.code
    return f"{part.vehicle.plate} / {part.position}"
