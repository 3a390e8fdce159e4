"""The least and the most of each hour whose rows are gone, from the headers of its sealed blocks."""

from datetime import datetime
from math import inf

from django.db.models import F, Max, Min, Q

from logistics.scoping import Principal
from warehouses import offsets
from warehouses.compliance.correction import offset_in_hour
from warehouses.models import ReadingBlock

Extremes = tuple[float, float]


def extremes(
    *, principal: Principal, from_at: datetime, to_at: datetime, added: offsets.Offsets
) -> dict[tuple[int, datetime], Extremes]:
    """Return least and most in °C by cold space and hour, as far as the principal may see them: one query.

    `added` is what certificates add within the period, by sensor.

    A later revision of an hour only adds readings to the earlier one, so all of them may count.
    """
    is_gone = Q(hour_at__lt=F("sensor__seal__rows_from_at"))
    rows = (
        ReadingBlock.objects.visible_to(principal)
        .filter(is_gone, hour_at__gte=from_at, hour_at__lt=to_at)
        .values_list("sensor__cold_space_id", "sensor_id", "hour_at")
        .annotate(least=Min("least_centi_c"), most=Max("most_centi_c"))
    )
    found: dict[tuple[int, datetime], Extremes] = {}
    for space, sensor_id, hour_at, least, most in rows:
        low, high = offset_in_hour(int(hour_at.timestamp()), added.get(sensor_id, ()))
        known = found.get((space, hour_at), (inf, -inf))
        both = min(known[0], (least + low) / 100), max(known[1], (most + high) / 100)
        found[space, hour_at] = both
    return found
