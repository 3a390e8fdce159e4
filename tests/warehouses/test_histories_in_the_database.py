"""Whatever comes in when, torn by crashes at any statement or judged meanwhile, ends in the batch answer.

`DB_HISTORIES=10000` runs the long one (`LONG=1 make faults` does).
"""

import os
import random
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection

from tests.warehouses.conftest import ColdStore, alive, make_cold_store, minute
from tests.warehouses.database_histories import (
    MOST_STATEMENTS,
    N_MINUTES,
    Crash,
    History,
    batch_answer,
    crash_at,
    door_events,
    make_history,
    stored_answer,
)
from warehouses import monitoring, space_events, telemetry
from warehouses.models import ColdSpace, ReadingConflict
from warehouses.telemetry import NewReading

HISTORIES = int(os.environ.get("DB_HISTORIES", "304"))
N_PARTS = 8
AT = minute(N_MINUTES + 60)


class Service:
    """The doors and the judge, each call of which may crash; devices resend what was not acknowledged."""

    def __init__(self, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.dice = random.Random(seed)
        self.monkeypatch = monkeypatch
        self.fates: Counter[str] = Counter()

    def take(self, batch: list[NewReading]) -> None:
        """Store a batch, as often as it takes."""
        while not self._lives("store", lambda: telemetry.store(readings=batch, received_at=AT)):
            pass

    def hear(self, history: History, space: ColdSpace) -> None:
        """Keep the doors, as often as it takes."""
        events = door_events(history, space)
        while not self._lives("doors", lambda: space_events.note(events=events, source="test")):
            pass

    def look(self) -> None:
        """Judge what is due; whatever a crash leaves stays due."""
        self._lives("look", lambda: monitoring.evaluate_due(at=AT))

    def _lives(self, name: str, work: Callable[[], object]) -> bool:
        statement = self.dice.randint(1, MOST_STATEMENTS) if self.dice.random() < 0.3 else None
        try:
            with crash_at(statement, self.monkeypatch):
                work()
        except Crash:
            self.fates[f"{name} crashed"] += 1
            return False
        self.fates[name] += 1
        return True


def live(
    seed: int, cold: ColdStore, monkeypatch: pytest.MonkeyPatch
) -> tuple[History, ColdSpace, Counter[str]]:
    """Let a history happen to a space of its own and judge what is left at its end."""
    sensors = (f"{seed}-a", f"{seed}-b")
    space = cold.space(f"space-{seed}", "frozen", *sensors)
    history, service = make_history(seed, sensors), Service(seed, monkeypatch)
    when = service.dice.randrange(len(history.batches))
    for number, batch in enumerate(history.batches):
        if number == when:
            service.hear(history, space)
        service.take(batch)
        history.note(batch)
        if service.dice.random() < 0.35:
            service.look()
    while monitoring.due():
        service.look()
    return history, space, service.fates


@pytest.mark.parametrize("part", range(N_PARTS))
def test_a_history_with_crashes_ends_in_the_batch_answer(
    part: int, cold: ColdStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = -(-HISTORIES // N_PARTS)
    fates: Counter[str] = Counter()
    n_excursions = 0
    for seed in range(part * size, (part + 1) * size):
        history, space, met = live(seed, cold, monkeypatch)
        expected = batch_answer(history, space)
        assert stored_answer(alive(space)) == expected, f"seed {seed}"
        fates += met
        n_excursions += len(expected)
    assert n_excursions > size / 2, "the histories hold what they are meant to hold"
    assert fates["store crashed"] > size
    assert fates["look crashed"] > size / 4
    assert ReadingConflict.objects.exists()


def test_what_comes_in_while_it_is_judged_ends_in_the_batch_answer(transactional_db: None) -> None:
    cold = make_cold_store()
    histories = []
    for seed in range(6):
        sensors = (f"{seed}-a", f"{seed}-b")
        space = cold.space(f"space-{seed}", "frozen", *sensors)
        histories.append((make_history(seed, sensors, may_conflict=False), space))
    assert run_at_once([history for history, _ in histories]) == []
    while monitoring.due():
        monitoring.evaluate_due(at=AT)
    for history, space in histories:
        for batch in history.batches:
            history.note(batch)
        history.doors.clear()
        assert stored_answer(alive(space)) == batch_answer(history, space), space.code


def run_at_once(histories: list[History]) -> list[BaseException]:
    """Send each history from a thread of its own while two others judge; return what went wrong."""
    failures: list[BaseException] = []
    is_over = threading.Event()

    def judge() -> None:
        while not is_over.is_set():
            monitoring.evaluate_due(at=AT)

    judges = [start(judge, failures) for _ in range(2)]
    for thread in [start(partial(send, history), failures) for history in histories]:
        thread.join()
    is_over.set()
    for thread in judges:
        thread.join()
    return failures


def send(history: History) -> None:
    for batch in history.batches:
        telemetry.store(readings=batch, received_at=AT)


def start(work: Callable[[], None], failures: list[BaseException]) -> threading.Thread:
    """Start a thread that notes its failure and gives its connection back."""

    def run() -> None:
        try:
            work()
        except BaseException as failure:  # noqa: BLE001 - shown by the test
            failures.append(failure)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread
