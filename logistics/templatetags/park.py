"""How the pages write figures: units beside them, thousands separated, times by the park's clock."""

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()

NONE = "–"
MINUS = "\N{MINUS SIGN}"


@register.filter
def thousands(value: float | None, digits: int = 0) -> str:
    """Write a number with thousands separated."""
    return NONE if value is None else f"{value:,.{digits}f}".replace("-", MINUS)


@register.filter
def yuan(fen: int | None) -> str:
    """Write fen as whole yuan."""
    return NONE if fen is None else f"¥{round(fen / 100):,}".replace("¥-", f"{MINUS}¥")


@register.filter
def km(meters: int | None) -> str:
    """Write meters as whole kilometers, without the unit."""
    return NONE if meters is None else f"{round(meters / 1000):,}"


@register.filter
def tonnes(kilograms: int | None) -> str:
    """Write kilograms as tonnes with one decimal, without the unit."""
    return NONE if kilograms is None else f"{kilograms / 1000:,.1f}"


@register.filter
def celsius(value: float | None) -> str:
    """Write a temperature with one decimal and its unit."""
    return NONE if value is None else f"{value:.1f} °C".replace("-", MINUS)


@register.filter
def peak(row: Any) -> str:
    """Write the worst value of an excursion: a temperature, of damp or dry air its humidity."""
    return celsius(row.peak_c) if row.peak_pct is None else f"{row.peak_pct:.0f} %"


@register.filter
def limits(row: Any) -> str:
    """Write the limits that judged an excursion; an open side is left out."""
    ends = (row.limits.get("lowest_centi_c"), row.limits.get("highest_centi_c"))
    low, high = (None if end is None else f"{end / 100:g}".replace("-", MINUS) for end in ends)
    unit = "°C" if row.peak_pct is None else "%"
    if low is None or high is None:
        return NONE if low == high else f"≤ {high} {unit}" if low is None else f"≥ {low} {unit}"
    return f"{low}–{high} {unit}"


@register.filter
def percent(value: float | None) -> str:
    """Write a share of a hundred as a whole number, without the sign."""
    return NONE if value is None else f"{value:.0f}"


@register.filter
def clock(moment: datetime | None, day: date | None = None) -> str:
    """Write a moment as 06:30; with its date where that is not the given day."""
    if moment is None:
        return NONE
    here = timezone.localtime(moment)
    if day is None or here.date() == day:
        return f"{here:%H:%M}"
    return f"{here:%m-%d %H:%M}"


@register.filter
def duration(seconds: float | timedelta | None) -> str:
    """Write a span as 1 h 05 min or 25 min."""
    if seconds is None:
        return NONE
    total = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
    hours, minutes = divmod(round(total / 60), 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": minutes}
    return _("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": minutes}


@register.filter
def day_name(day: date) -> str:
    """Write a day with its weekday: 2026-11-24 Tue."""
    return f"{day:%Y-%m-%d} {date_format(day, 'D')}"


@register.filter
def named(thing: Any) -> str:
    """Return a row's name in the language of the reader."""
    is_chinese = (get_language() or "zh").startswith("zh")
    return str(thing.name_zh if is_chinese else thing.name_en)


@register.inclusion_tag("components/band.html")
def band(lowest_c: float | None, highest_c: float | None) -> dict[str, float | None]:
    """Write a band of temperature: ≤ −18.0 °C or 0.0–4.0 °C."""
    return {"lowest_c": lowest_c, "highest_c": highest_c}
