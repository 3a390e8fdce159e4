"""The least and the most of each hour whose rows are gone, from the headers of its sealed blocks."""

from datetime import datetime

from django.db.models import F, Max, Min, Q

from logistics.scoping import Principal
from warehouses.models import ReadingBlock

Extremes = tuple[float, float]


def extremes(
    *, principal: Principal, from_at: datetime, to_at: datetime
) -> dict[tuple[int, datetime], Extremes]:
    """Return least and most in °C by cold space and hour, as far as the principal may see them: one query.

    A later revision of an hour only adds readings to the earlier one, so all of them may count.
    """
    is_gone = Q(hour_at__lt=F("sensor__seal__rows_from_at"))
    rows = (
        ReadingBlock.objects.visible_to(principal)
        .filter(is_gone, hour_at__gte=from_at, hour_at__lt=to_at)
        .values_list("sensor__cold_space_id", "hour_at")
        .annotate(least=Min("least_centi_c"), most=Max("most_centi_c"))
    )
    return {(space, hour_at): (least / 100, most / 100) for space, hour_at, least, most in rows}
