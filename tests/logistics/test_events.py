"""The event log keeps what was written, in commit order, for the right readers."""

import threading
import time
from datetime import timedelta

import msgspec
import pytest
from django.db import DatabaseError, connection, transaction

from logistics import events
from logistics.models import Event, EventReader
from logistics.scoping import SYSTEM
from tests.cast import NOW, Cast


@events.names("test.happened")
class Happened(events.Payload, frozen=True):
    """A payload of the tests alone."""

    number: int


def write(number: int, audience: frozenset[int] = frozenset()) -> Event:
    return events.record(
        payload=Happened(number=number),
        subject_id=f"thing_{number}",
        subject_kind="thing",
        by=SYSTEM,
        occurred_at=NOW - timedelta(hours=1),
        recorded_at=NOW,
        audience=audience,
    )


@pytest.mark.django_db
def test_an_event_keeps_both_clocks_its_actor_and_its_typed_payload() -> None:
    row = write(7)
    row.refresh_from_db()
    assert (row.recorded_at - row.occurred_at) == timedelta(hours=1)
    assert row.actor == "system"
    assert events.read_payload(row) == Happened(number=7)


@pytest.mark.django_db
def test_a_payload_of_the_wrong_shape_is_named_when_read() -> None:
    row = write(7)
    row.payload = {"number": "seven"}
    with pytest.raises(msgspec.ValidationError, match="number"):
        events.read_payload(row)


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["name", "payload", "actor", "occurred_at"])
def test_the_database_refuses_to_change_an_event(column: str) -> None:
    row = write(1)
    value = {"payload": {}, "occurred_at": NOW}.get(column, "changed")
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.filter(pk=row.pk).update(**{column: value})
    row.refresh_from_db()
    assert row.name == "test.happened"


@pytest.mark.django_db
def test_the_application_role_cannot_delete_an_event_on_postgresql() -> None:
    row = write(1)
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            Event.objects.filter(pk=row.pk).delete()
    assert Event.objects.filter(pk=row.pk).exists()


@pytest.mark.django_db
def test_an_event_rolled_back_with_its_cause_leaves_no_gap() -> None:
    write(1)
    with transaction.atomic():
        write(2)
        transaction.set_rollback(True)
    write(3)
    assert events.sequence(at=NOW) == 2
    rows = events.feed(visible=Event.objects.all(), after=0, limit=10)
    assert [(row.seq, row.payload["number"]) for row in rows] == [(1, 1), (2, 3)]


def test_each_reader_sees_only_the_events_it_is_an_audience_of(cast: Cast) -> None:
    write(1, frozenset({cast.yto.organization.pk}))
    write(2, frozenset({cast.new_era.organization.pk, cast.yto.organization.pk}))
    write(3)
    seen = {
        member.name: set(
            Event.objects.visible_to(member.principal).values_list("payload__number", flat=True)
        )
        for member in cast.members
    }
    assert seen["yuan"] == {1, 2}
    assert seen["xin"] == {2}
    assert seen["hui"] == set()
    assert seen["dora"] == {1, 2, 3}
    assert seen["dev"] == seen["zoe"] == set()


@pytest.mark.django_db
def test_many_events_cost_as_many_queries_as_one(django_assert_num_queries: object) -> None:
    def queries(n: int) -> int:
        with connection.execute_wrapper(counter := Counter()):
            events.record_many(
                events=[
                    events.NewEvent(Happened(number=i), f"thing_{i}", "thing", NOW)
                    for i in range(n)
                ],
                by=SYSTEM,
                recorded_at=NOW,
            )
        return counter.n

    assert queries(50) == queries(1)


class Counter:
    """Counts statements."""

    def __init__(self) -> None:
        self.n = 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        self.n += 1
        return execute(sql, params, many, context)


class Park:
    """Writers whose transactions stay open for different times, and one reader of the feed."""

    def __init__(self, n_writers: int, n_each: int) -> None:
        self.n_each = n_each
        self.read: list[int] = []
        self.cursor = 0
        self.is_done = threading.Event()
        self.writers = [threading.Thread(target=self.write, args=(i,)) for i in range(n_writers)]
        self.reader = threading.Thread(target=self.follow)

    def run(self) -> None:
        for thread in [*self.writers, self.reader]:
            thread.start()
        for thread in self.writers:
            thread.join()
        self.is_done.set()
        self.reader.join()

    def write(self, which: int) -> None:
        try:
            for step in range(self.n_each):
                with transaction.atomic():
                    write(which * 1000 + step)
                    time.sleep(0.001 * ((which * 7 + step * 3) % 9))
        finally:
            connection.close()

    def follow(self) -> None:
        try:
            while True:
                was_done = self.is_done.is_set()
                n_numbered = events.sequence(at=NOW)
                rows = events.feed(visible=Event.objects.all(), after=self.cursor, limit=7)
                self.read += [row.payload["number"] for row in rows]
                self.cursor = rows[-1].seq or 0 if rows else self.cursor
                if was_done and not rows and not n_numbered:
                    return
                time.sleep(0.002)
        finally:
            connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_feed_read_while_writers_commit_in_another_order_misses_and_repeats_nothing() -> None:
    park = Park(n_writers=4, n_each=12)
    park.run()
    assert sorted(park.read) == [w * 1000 + s for w in range(4) for s in range(12)]
    for which in range(4):
        mine = [number for number in park.read if number // 1000 == which]
        assert mine == sorted(mine), "one writer's events keep their order"
    numbers = list(Event.objects.order_by("seq").values_list("seq", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    assert EventReader.objects.count() == 0
