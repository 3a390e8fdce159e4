"""What explains a temperature is kept once and makes the judgement out of date."""

from tests.warehouses.conftest import ColdStore, minute
from warehouses import space_events
from warehouses.models import ColdSpace, SpaceEvent, SpaceEventKind
from warehouses.space_events import NewSpaceEvent


def door(cold: ColdStore, from_min: int = 5) -> NewSpaceEvent:
    return NewSpaceEvent(
        cold.frozen.pk, SpaceEventKind.DOOR, minute(from_min), minute(from_min + 5)
    )


def test_an_event_is_kept_with_its_source(cold: ColdStore) -> None:
    assert space_events.note(events=[door(cold)], source="gateway") == 1
    event = SpaceEvent.objects.get()
    assert (event.kind, event.from_at, event.to_at) == ("door", minute(5), minute(10))
    assert event.source == "gateway"


def test_an_event_told_twice_is_kept_once(cold: ColdStore) -> None:
    assert space_events.note(events=[door(cold), door(cold)], source="gateway") == 1
    ColdSpace.objects.update(dirty_from_at=None)
    assert space_events.note(events=[door(cold)], source="gateway") == 0
    assert ColdSpace.objects.get(code="frozen").dirty_from_at is None


def test_an_event_makes_its_space_due_from_its_start(cold: ColdStore) -> None:
    space_events.note(events=[door(cold, 20), door(cold, 10)], source="gateway")
    space = ColdSpace.objects.get(code="frozen")
    assert (space.dirty_from_at, space.version) == (minute(10), 2)
    assert ColdSpace.objects.get(code="chilled").version == 0
