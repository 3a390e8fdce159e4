"""Doors, defrosts, power cuts and loadings of cold spaces: kept once, and the judgement marked out of date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from logistics.doorbell import ring
from warehouses import bulk_rows, streams
from warehouses.models import ColdSpace, SpaceEvent, SpaceEventKind


@dataclass(frozen=True, slots=True)
class NewSpaceEvent:
    """Something that explains a temperature over ``[from_at, to_at)``."""

    cold_space_id: int
    kind: SpaceEventKind
    from_at: datetime
    to_at: datetime | None = None


def note(*, events: Sequence[NewSpaceEvent], source: str, may_ring: bool = True) -> int:
    """Keep events that are not known yet and return how many they were."""
    with transaction.atomic():
        ids = {event.cold_space_id for event in events}
        locked = ColdSpace.objects.select_for_update().filter(pk__in=ids).order_by("pk")
        spaces = {space.pk: space for space in locked}
        known = set(
            SpaceEvent.objects.filter(
                cold_space_id__in=ids, from_at__in={event.from_at for event in events}
            ).values_list("cold_space_id", "kind", "from_at")
        )
        new = {
            (event.cold_space_id, str(event.kind), event.from_at): event
            for event in events
            if (event.cold_space_id, str(event.kind), event.from_at) not in known
        }
        SpaceEvent.objects.bulk_create(
            SpaceEvent(
                cold_space_id=event.cold_space_id,
                kind=event.kind,
                from_at=event.from_at,
                to_at=event.to_at,
                source=source,
            )
            for event in new.values()
        )
        for event in new.values():
            streams.mark_dirty(spaces[event.cold_space_id], event.from_at)
        dirty = {event.cold_space_id for event in new.values()}
        bulk_rows.update([spaces[pk] for pk in sorted(dirty)], ["version", "dirty_from_at"])
        if new and may_ring:
            ring("warehouses.evaluate_due")
    return len(new)
