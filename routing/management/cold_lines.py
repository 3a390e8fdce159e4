"""What a terminal shows of the cold chain and of the docks: excursions, silence, verdicts, throughput."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from rich.console import Console

from routing.management.terminal import Words, show_rows
from warehouses import throughput
from warehouses.models import (
    Excursion,
    ExcursionPhase,
    Sensor,
    ShipmentVerdict,
    VerdictWord,
)

MAX_LINES = 6
WORDS = {
    "cold chain": "冷链",
    "excursions found": "发现超温",
    "silent sensors": "失联传感器",
    "shipments compliant": "运单合格",
    "shipments breached": "运单超温",
    "shipments not proven": "运单无法证明",
    "throughput": "吞吐量",
    "readings": "读数",
    "sensors": "传感器",
    "batches": "批次",
    "twice": "重复",
    "conflicting": "矛盾",
    "by the coldest class aboard": "按车上最冷温层",
    "next": "下一步",
}


@dataclass(frozen=True, slots=True)
class ColdFigures:
    """What the judge found by the end of a day."""

    excursions: list[Excursion]
    silent_sensors: list[str]
    verdicts: Counter[str]


def cold_figures() -> ColdFigures:
    """Read what stands in the database now."""
    return ColdFigures(
        excursions=list(
            Excursion.objects.exclude(phase__in=[ExcursionPhase.WITHDRAWN, ExcursionPhase.MERGED])
            .select_related("cold_space")
            .order_by("-degree_minutes")
        ),
        silent_sensors=list(
            Sensor.objects.filter(silent_since_at__isnull=False)
            .order_by("code")
            .values_list("code", flat=True)
        ),
        verdicts=Counter(
            ShipmentVerdict.objects.filter(is_current=True).values_list("verdict", flat=True)
        ),
    )


def show_cold(console: Console, words: Words, figures: ColdFigures) -> None:
    """Print excursions with their peak, the silent sensors and the verdicts of shipments."""
    rows = [
        (words("excursions found"), str(len(figures.excursions))),
        *(("", _excursion(one)) for one in figures.excursions[:MAX_LINES]),
        (
            words("silent sensors"),
            f"{len(figures.silent_sensors)}  {', '.join(figures.silent_sensors[:MAX_LINES])}",
        ),
        (words("shipments compliant"), str(figures.verdicts[VerdictWord.COMPLIANT])),
        (words("shipments breached"), str(figures.verdicts[VerdictWord.BREACHED])),
        (words("shipments not proven"), str(figures.verdicts[VerdictWord.NOT_PROVEN])),
    ]
    show_rows(console, words("cold chain"), rows)


def show_throughput(
    console: Console, words: Words, profile: Sequence[throughput.ClassProfile], day: date
) -> None:
    """Print what leaves the docks that day, class by class, with the busiest hour."""
    rows = []
    for one in profile:
        peak = max(range(len(one.hours)), key=lambda hour: one.hours[hour].n_pallets)
        rows.append(
            (
                words.goods(one.temperature_class),
                (
                    f"{one.total.n_pallets} {words('pallets')}  "
                    f"{one.total.weight_kg / 1000:,.1f} t  {one.total.n_appointments} "
                    f"{words('docks')}  max {peak:02d}:00 {one.hours[peak].n_pallets}"
                ),
            )
        )
    show_rows(console, f"{words('throughput')} {day}, {words('by the coldest class aboard')}", rows)


def _excursion(one: Excursion) -> str:
    started = timezone.localtime(one.started_at)
    ended = f"{timezone.localtime(one.ended_at):%H:%M}" if one.ended_at else "…"
    return (
        f"{one.cold_space.code} {one.kind} {one.severity}  {started:%m-%d %H:%M}–{ended}  "
        f"{_peak(one)}  {one.degree_minutes:,.0f} °C·min"
    )


def _peak(one: Excursion) -> str:
    return f"{one.peak:.0f} % RH" if one.is_humid else f"{one.peak:+.1f} °C"
