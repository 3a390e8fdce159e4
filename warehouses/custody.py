"""Who was where: the stays of shipments in cold spaces."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from logistics.models import Shipment
from warehouses.models import Stay


def move(*, shipment_ids: Collection[int], cold_space_id: int, at: datetime) -> int:
    """Let shipments be in a space from a moment on, out of where they were until then; return how many moved."""
    with transaction.atomic():
        # Locked, so that two scans of one shipment do not both open a stay.
        locked = Shipment.objects.select_for_update().filter(pk__in=shipment_ids).order_by("pk")
        ids = list(locked.values_list("pk", flat=True))
        there = Stay.objects.filter(
            shipment_id__in=ids, cold_space_id=cold_space_id, to_at__isnull=True
        )
        moving = sorted(set(ids) - set(there.values_list("shipment_id", flat=True)))
        leave(shipment_ids=moving, at=at)
        Stay.objects.bulk_create(
            Stay(shipment_id=pk, cold_space_id=cold_space_id, from_at=at) for pk in moving
        )
    return len(moving)


def leave(*, shipment_ids: Collection[int], at: datetime) -> int:
    """End the open stays of shipments; return how many."""
    with transaction.atomic():
        mine = Stay.objects.filter(shipment_id__in=shipment_ids, to_at__isnull=True)
        # A stay that would begin and end at once never was.
        mine.filter(from_at__gte=at).delete()
        return mine.update(to_at=at, is_stale=True, version=F("version") + 1)


def mark_stale(*, from_by_space: Mapping[int, datetime]) -> None:
    """Note that the air of some spaces was judged again from a moment on: so must be the stays since then."""
    touched = Q(pk__in=())
    for space_id, from_at in from_by_space.items():
        since = Q(to_at__isnull=True) | Q(to_at__gt=from_at)
        touched |= Q(cold_space_id=space_id) & since
    # Locked by id before the update, in the order in which the judge locks them.
    locked = Stay.objects.select_for_update().filter(touched).order_by("pk")
    ids = list(locked.values_list("pk", flat=True))
    Stay.objects.filter(pk__in=ids).update(is_stale=True, version=F("version") + 1)
