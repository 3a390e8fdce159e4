"""What the scripts of a page draw, as plain JSON: Gantt, map, hours, temperatures, progress of a plan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from routing.models import Plan, PlanStatus, Stop, StopKind
from routing.pages.families import Family
from routing.pages.today import Hours
from routing.pages.trip_lines import TripLine
from routing.pages.trip_page import TripPage
from routing.pages.trip_segments import Segment

CLOCK = ZoneInfo(settings.TIME_ZONE)


def family_words() -> dict[Family, str]:
    """Return what the four colors of freight are called."""
    return {
        "frozen": _("Frozen"),
        "chilled": _("Chilled"),
        "ambient": _("Ambient"),
        "parcel": _("Parcels"),
    }


def segment_words() -> dict[str, str]:
    """Return what the stretches of a trip are called."""
    return {
        "cool": _("Pre-cooling"),
        "dock": _("Loading at the dock"),
        "drive": _("Driving"),
        "wait": _("Waiting"),
        "serve": _("Unloading"),
        "rest": _("Rest"),
        "now": _("Now"),
    }


def _minutes(at: datetime, starts_at: datetime) -> int:
    return round((at - starts_at).total_seconds() / 60)


def gantt_payload(lines: Iterable[TripLine], starts_at: datetime, at: datetime) -> dict[str, Any]:
    """Return one row per trip: `parts` are [kind, from minute, to minute, label] after midnight."""
    rows = [
        {
            "url": reverse("trip", args=[line.trip.public_id]),
            "id": line.trip.public_id,
            "name": line.name,
            "carrier": line.trip.carrier.name,
            "type": line.trip.vehicle_type.name,
            "families": line.families,
            "fill": round(line.trip.fill_pct),
            "parts": [
                [
                    part.kind,
                    _minutes(part.from_at, starts_at),
                    _minutes(part.to_at, starts_at),
                    _label(part),
                ]
                for part in line.segments
            ],
        }
        for line in lines
    ]
    now = _minutes(at, starts_at)
    return {
        "rows": rows,
        "now": now if 0 <= now <= 72 * 60 else None,
        "day": f"{starts_at:%m-%d}",
        "days": [f"{starts_at + timedelta(days=n):%m-%d}" for n in range(5)],
        "words": segment_words(),
        "families": family_words(),
        "fill": _("full"),
    }


def _label(part: Segment) -> str:
    if part.kind == "dock":
        return part.stop.dock.name if part.stop.dock else ""
    return part.stop.site.city or part.stop.site.name if part.kind == "serve" else ""


PLACE_RANK = ("dock", "yard", "stop")
KINDS = {
    StopKind.LOADING: "dock",
    StopKind.START: "yard",
    StopKind.END: "yard",
    StopKind.DELIVERY: "stop",
}


def _place(stop: Stop) -> dict[str, Any]:
    site = stop.site
    return {
        "at": [round(site.latitude, 5), round(site.longitude, 5)],
        "name": site.name,
        "kind": KINDS[StopKind(stop.kind)],
    }


def map_payload(lines: Iterable[TripLine]) -> dict[str, Any]:
    """Return the lines of the trips, and each place once with how many trips call there."""
    trips: list[dict[str, Any]] = []
    places: dict[int, dict[str, Any]] = {}
    for line in lines:
        for stop in line.stops:
            place = places.setdefault(stop.site_id, {**_place(stop), "n": 0})
            place["kind"] = min(place["kind"], KINDS[StopKind(stop.kind)], key=PLACE_RANK.index)
            place["n"] += 1
        trips.append(
            {
                "url": reverse("trip", args=[line.trip.public_id]),
                "id": line.trip.public_id,
                "name": line.name,
                "family": line.families[0] if line.families else "ambient",
                "points": [_place(stop)["at"] for stop in line.stops],
            }
        )
    is_chinese = (get_language() or "zh").startswith("zh")
    return {
        "trips": trips,
        # What matters most is drawn last, on top.
        "places": sorted(places.values(), key=lambda p: -PLACE_RANK.index(p["kind"])),
        "name": "name_zh" if is_chinese else "name_en",
        "families": family_words(),
        "calls": _("calls"),
        "everything": _("All stops"),
        "near": _("Around Luohe"),
    }


def hours_payload(hours: Hours) -> dict[str, Any]:
    """Return tonnes per hour and family."""
    return {
        "hours": [
            {"family": family, "tonnes": [round(kg / 1000, 2) for kg in row]}
            for family, row in hours.by_family.items()
        ],
        "families": {**family_words(), "all": _("All classes")},
        "total": _("Total"),
    }


def temperature_payload(page: TripPage) -> dict[str, Any]:
    """Return one curve per measured compartment, as [epoch milliseconds at Luohe's clock, °C]."""
    starts_at = page.line.trip.starts_at
    return {
        "day": f"{starts_at.astimezone(CLOCK):%m-%d}",
        "curves": [
            {
                "name": _("Compartment %(position)d") % {"position": view.part.position},
                "family": view.family,
                "low": view.band.lowest_c,
                "high": view.band.highest_c,
                "points": [[_wall_ms(at), value] for at, value in view.readings],
            }
            for view in page.compartments
            if view.readings
        ],
        "from": _wall_ms(starts_at),
        "to": _wall_ms(page.line.trip.ends_at),
        "words": {"band": _("Band"), "start": _("Start"), "end": _("End")},
    }


def _wall_ms(at: datetime) -> int:
    """Return a moment so that a chart in UTC shows the park's clock, whatever the browser's zone is."""
    shift = at.astimezone(CLOCK).utcoffset() or timedelta()
    return round((at + shift).timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a plan is: seconds of its budget, and the curve of its best cost as an SVG path."""

    elapsed_s: int
    share_pct: int
    phase: str
    best_cost_fen: int | None
    n_unassigned: int | None
    n_trips: int | None
    path: str


def progress_of(plan: Plan, at: datetime) -> Progress:
    """Return the progress as its panel shows it."""
    points: Sequence[dict[str, Any]] = plan.progress
    last = points[-1] if points else {}
    started_at = plan.started_at or at
    elapsed_s = max(0, round((at - started_at).total_seconds()))
    return Progress(
        elapsed_s=min(elapsed_s, plan.budget_s),
        share_pct=min(100, round(100 * elapsed_s / plan.budget_s)),
        phase=_("Waiting for a worker") if plan.status == PlanStatus.QUEUED else _("Planning"),
        best_cost_fen=last.get("cost_fen"),
        n_unassigned=last.get("n_unassigned"),
        n_trips=last.get("n_trips"),
        path=_curve(
            [(p["at_s"], p["cost_fen"]) for p in points if p.get("cost_fen")], plan.budget_s
        ),
    )


def _curve(points: list[tuple[float, int]], budget_s: int) -> str:
    """Return the best cost over time as a path in a box of 400 × 56.

    The first plans may cost many times the best one; they would flatten all that follows.
    """
    best = min((cost for _at_s, cost in points), default=0)
    points = [(at_s, cost) for at_s, cost in points if cost <= 1.5 * best]
    if len(points) < 2:  # noqa: PLR2004 - one point is no curve
        return ""
    costs = [cost for _at_s, cost in points]
    low, span = min(costs), max(max(costs) - min(costs), 1)
    places = [
        f"{400 * min(at_s / budget_s, 1):.1f},{52 - 48 * (cost - low) / span:.1f}"
        for at_s, cost in points
    ]
    return "M" + " L".join(places)
