"""Two answers to one offer at the same moment: one counts, the other is told so, nothing is done twice.

`PAIRS=1000` runs the long one.
"""

import os
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest
from django.db import connection

from logistics.errors import DomainError
from logistics.models import Event
from routing import tender_answers, tendering
from routing.models import Load, Tender, Trip
from routing.tender_answers import Counter
from tests.cast import Cast
from tests.routing.tenderable import Tenderable, after, offered

PAIRS = int(os.environ.get("PAIRS", "24"))
Answer = Callable[[Tender], object]


def answers(kit: Tenderable, tender: Tender, at: datetime) -> list[tuple[str, Answer]]:
    """Return what may be said to a tender at a moment, each by its own party."""
    by = kit.member(tender).principal
    park = kit.cast.dispatcher.principal
    return [
        ("accepted", lambda one: tender_answers.accept(tender=one, by=by, at=at)),
        ("accepted", lambda one: tender_answers.accept(tender=one, by=by, at=at)),
        ("declined", lambda one: tender_answers.decline(tender=one, by=by, at=at, reason="other")),
        (
            "countered",
            lambda one: tender_answers.counter(tender=one, by=by, at=at, wanted=Counter(100)),
        ),
        ("withdrawn", lambda one: tender_answers.withdraw(tender=one, by=park, at=at)),
    ]


def at_once(tender: Tender, pair: list[tuple[str, Answer]]) -> tuple[list[str], list[Exception]]:
    """Say both at the same moment; return who won and what the others were told."""
    barrier = threading.Barrier(len(pair))
    won: list[str] = []
    lost: list[Exception] = []

    def say(word: str, answer: Answer) -> None:
        try:
            row = Tender.objects.get(pk=tender.pk)
            barrier.wait()
            answer(row)
            won.append(word)
        except Exception as refusal:  # noqa: BLE001 - looked at by the test
            lost.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=partial(say, *one)) for one in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return won, lost


def offer_again(tender: Tender) -> None:
    """Put a tender and its trip back to where they were before anybody answered."""
    tender.trip.tenders.filter(rank__gt=1).update(status="draft", offered_at=None, expires_at=None)
    Tender.objects.filter(pk=tender.pk).update(
        status="offered", counter_fen=None, answered_at=None, reason=""
    )
    Trip.objects.filter(pk=tender.trip_id).update(status="committed", carrier=tender.carrier_id)
    Load.objects.filter(tasks__stop__trip=tender.trip_id).update(status="tendered")


@pytest.mark.usefixtures("transactional_db")
def test_of_two_answers_at_once_exactly_one_counts(cast: Cast) -> None:
    kit = offered(cast)
    tender = kit.live()[0]
    Tender.objects.exclude(trip=tender.trip).delete()
    for number in range(PAIRS):
        possible = answers(kit, tender, after(5 + number / 100))
        first = possible[number % len(possible)]
        second = possible[number // len(possible) % len(possible)]
        n_events = Event.objects.filter(subject_id=tender.public_id).count()
        won, lost = at_once(tender, [first, second])
        if sorted([first[0], second[0]]) == ["countered", "withdrawn"] and len(won) == 2:
            # The park may withdraw what has been countered: two moves, one after the other.
            assert won[-1] == "withdrawn"
        else:
            assert len(won) == 1, (first[0], second[0], won, lost)
            assert all(isinstance(one, DomainError) for one in lost), lost
        row = Tender.objects.get(pk=tender.pk)
        assert row.status == won[-1]
        told = Event.objects.filter(subject_id=tender.public_id).count() - n_events
        assert told == len(won)
        assert tender.trip.tenders.filter(status="accepted").count() == (row.status == "accepted")
        offer_again(tender)


@pytest.mark.usefixtures("transactional_db")
def test_two_sweepers_at_once_offer_each_trip_to_one_carrier(cast: Cast) -> None:
    kit = offered(cast)
    n_trips = len(kit.live())
    barrier = threading.Barrier(4)
    failures: list[Exception] = []

    def sweep() -> None:
        try:
            barrier.wait()
            tendering.run(at=after(30))
        except Exception as failure:  # noqa: BLE001 - shown by the test
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    tendering.run(at=after(30))
    assert [tender.rank for tender in kit.live()] == [2] * n_trips
    assert Event.objects.filter(name="tender.offered").count() == 2 * n_trips
    assert Event.objects.filter(name="tender.expired").count() == n_trips
