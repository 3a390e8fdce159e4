"""Doors, defrosts, power cuts and loadings of cold spaces: kept once, and the judgement marked out of date."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import models, transaction

from logistics.doorbell import ring
from logistics.scoping import Principal, Role
from warehouses import bulk_rows, streams
from warehouses.compliance.quality import MAX_AHEAD_S
from warehouses.models import ColdSpace, SpaceEvent, SpaceEventKind
from warehouses.telemetry import MAX_AGE, Rejected

Key = tuple[int, str, datetime]


@dataclass(frozen=True, slots=True)
class NewSpaceEvent:
    """Something that explains a temperature over ``[from_at, to_at)``; without an end it goes on."""

    cold_space_id: int
    kind: SpaceEventKind
    from_at: datetime
    to_at: datetime | None = None

    @property
    def key(self) -> Key:
        """What makes two tellings the same event."""
        return (self.cold_space_id, str(self.kind), self.from_at)


@dataclass(slots=True)
class Noted:
    """What became of some events; a second end that differs from the first is conflicting and not taken."""

    n_new: int = 0
    n_ended: int = 0
    n_known: int = 0
    n_conflicting: int = 0
    rejected: list[Rejected] = field(default_factory=list)


def spaces_of(by: Principal) -> models.QuerySet[ColdSpace]:
    """Return the spaces whose events a principal may tell: a device where it measures, people what they see."""
    if by.role != Role.DEVICE:
        return ColdSpace.objects.visible_to(by)
    mine = models.Q(sensors__device__client_id=by.client_id or 0)
    is_active = models.Q(sensors__is_active=True, sensors__device__is_active=True)
    return ColdSpace.objects.filter(mine & is_active).distinct()


def note(*, events: Sequence[NewSpaceEvent], source: str, may_ring: bool = True) -> int:
    """Keep events that are not known yet and return how many they were."""
    return keep(events=events, source=source, may_ring=may_ring).n_new


def keep(
    *,
    events: Sequence[NewSpaceEvent],
    source: str,
    at: datetime | None = None,
    may_ring: bool = True,
) -> Noted:
    """Keep new events and the ends of open ones in one transaction; say by row what was not taken.

    With `at`, when they came in, events of the future or of years ago are rejected.
    """
    noted = Noted()
    with transaction.atomic():
        ids = {event.cold_space_id for event in events}
        locked = ColdSpace.objects.select_for_update().filter(pk__in=ids).order_by("pk")
        spaces = {space.pk: space for space in locked}
        known = _known(ids, {event.from_at for event in events})
        stored = set(known)
        changed: dict[Key, SpaceEvent] = {}
        for row, event in enumerate(events):
            fault = _fault(row, event, spaces, at)
            if fault:
                noted.rejected.append(fault)
            elif _learn(event, known, noted, source):
                changed[event.key] = known[event.key]
        SpaceEvent.objects.bulk_create(one for key, one in changed.items() if key not in stored)
        SpaceEvent.objects.bulk_update(
            [one for key, one in changed.items() if key in stored], ["to_at"]
        )
        for one in changed.values():
            streams.mark_dirty(spaces[one.cold_space_id], one.from_at)
        dirty = {one.cold_space_id for one in changed.values()}
        bulk_rows.update([spaces[pk] for pk in sorted(dirty)], ["version", "dirty_from_at"])
        if changed and may_ring:
            ring("warehouses.evaluate_due")
    return noted


def _known(ids: set[int], from_ats: set[datetime]) -> dict[Key, SpaceEvent]:
    rows = SpaceEvent.objects.filter(cold_space_id__in=ids, from_at__in=from_ats)
    return {(row.cold_space_id, row.kind, row.from_at): row for row in rows}


def _learn(event: NewSpaceEvent, known: dict[Key, SpaceEvent], noted: Noted, source: str) -> bool:
    """Count an event and put what changes into the known ones; say whether anything did."""
    row = known.get(event.key)
    if row is None:
        known[event.key] = SpaceEvent(
            cold_space_id=event.cold_space_id,
            kind=event.kind,
            from_at=event.from_at,
            to_at=event.to_at,
            source=source,
        )
        noted.n_new += 1
        return True
    if event.to_at is None or event.to_at == row.to_at:
        noted.n_known += 1
        return False
    if row.to_at is not None:
        noted.n_conflicting += 1
        return False
    row.to_at = event.to_at
    noted.n_ended += 1
    return True


def _fault(
    row: int, event: NewSpaceEvent, spaces: dict[int, ColdSpace], at: datetime | None
) -> Rejected | None:
    """Return what makes an event impossible to keep, or None."""
    if event.cold_space_id not in spaces:
        detail = "no cold space that you may write is known by this code"
        return Rejected(row, "cold_space", "unknown_cold_space", detail)
    if event.to_at is not None and event.to_at <= event.from_at:
        return Rejected(row, "to_at", "ends_before_start", "the end is not after the start")
    return None if at is None else _impossible_time(row, event, at)


def _impossible_time(row: int, event: NewSpaceEvent, at: datetime) -> Rejected | None:
    latest_at = at + timedelta(seconds=MAX_AHEAD_S)
    for name, moment in (("from_at", event.from_at), ("to_at", event.to_at or event.from_at)):
        if moment > latest_at:
            return Rejected(row, name, "future", "this lies ahead of our clock")
    if event.from_at < at - MAX_AGE:
        detail = f"older than {MAX_AGE.days} days; is the device's clock right?"
        return Rejected(row, "from_at", "too_old", detail)
    return None
