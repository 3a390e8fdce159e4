"""Random histories of a cold space for the database: what devices send, late, twice, torn by crashes."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from django.db import connection

from tests.warehouses.conftest import minute
from warehouses import reading_rows, streams
from warehouses.compliance.behavior import without_spikes
from warehouses.compliance.contexts import Context, gather
from warehouses.compliance.fold import fold
from warehouses.compliance.join import join
from warehouses.compliance.readings import Readings, frozen
from warehouses.models import ColdSpace, SpaceEventKind
from warehouses.space_events import NewSpaceEvent
from warehouses.telemetry import NewReading

N_MINUTES, EVERY_MIN = 720, 5
MOST_STATEMENTS = 14


class Crash(Exception):
    """The process ends here, as far as its transaction knows."""


@dataclass
class History:
    """What one space's two sensors say, batch by batch in the order of arrival, and its doors."""

    batches: list[list[NewReading]]
    doors: list[tuple[int, int]]
    told: dict[tuple[str, int], float] = field(default_factory=dict)

    def note(self, batch: list[NewReading]) -> None:
        """Note a batch that was acknowledged: the first value for a moment is the one that counts."""
        for one in batch:
            self.told.setdefault((one.sensor, streams.epoch_s(one.measured_at)), one.value_c)


def make_history(seed: int, sensors: tuple[str, str], *, may_conflict: bool = True) -> History:
    """Return a history: warm stretches, gaps, a skewed clock, repetitions, contradictions, any order."""
    dice = random.Random(seed)
    rows = [one for sensor in sensors for one in _stream(dice, sensor)]
    batches: list[list[NewReading]] = []
    while rows:
        n = dice.randint(8, 50)
        batches.append(rows[:n])
        rows = rows[n:]
    for batch in list(batches):
        if dice.random() < 0.15:
            batches.append(list(batch))
        if may_conflict and dice.random() < 0.3:
            batches.append(
                [NewReading(one.sensor, one.measured_at, one.value_c + 1.0) for one in batch[:5]]
            )
    if dice.random() < 0.7:  # else they come in order, sensor after sensor
        dice.shuffle(batches)
    doors = [
        (start, start + dice.randint(5, 40))
        for start in dice.sample(range(0, N_MINUTES, 60), dice.randint(0, 3))
    ]
    return History(batches, doors)


def _stream(dice: random.Random, sensor: str) -> Iterator[NewReading]:
    is_warm, skew_s = False, dice.choice((0, 0, 0, 37, -95))
    silent_until = -1
    for at in range(0, N_MINUTES, EVERY_MIN):
        if dice.random() < 0.04:
            is_warm = not is_warm
        if dice.random() < 0.015:
            silent_until = at + dice.randint(10, 120)
        if at < silent_until:
            continue
        middle_c = -15.5 if is_warm else -19.5
        value_c = round(middle_c + dice.gauss(0, 0.6), 2)
        yield NewReading(sensor, minute(at + skew_s / 60), value_c)


def door_events(history: History, space: ColdSpace) -> list[NewSpaceEvent]:
    """Return the history's doors as events of a space."""
    return [
        NewSpaceEvent(space.pk, SpaceEventKind.DOOR, minute(low), minute(high))
        for low, high in history.doors
    ]


def batch_answer(history: History, space: ColdSpace) -> set[tuple[Any, ...]]:
    """Return what one look at everything that was acknowledged says, without any table."""
    from logistics.temperature import profile  # noqa: PLC0415 - beside its one use

    limits = streams.limits_of(profile(space.temperature_class), is_vehicle=space.is_vehicle)
    doors = [
        Context("door", streams.epoch_s(minute(low)), streams.epoch_s(minute(high)))
        for low, high in history.doors
    ]
    found = []
    for sensor in sorted({name for name, _ in history.told}):
        pairs = sorted((at_s, c) for (name, at_s), c in history.told.items() if name == sensor)
        times = np.array([at_s for at_s, _ in pairs], np.int64)
        values = np.array([streams.centi(value_c) for _, value_c in pairs], np.int64)
        stream = without_spikes(Readings(frozen(times), frozen(values)))
        found.append(fold(stream, limits, gather(doors)).excursions)
    return {
        (
            one.started_s,
            one.ended_s,
            str(one.phase),
            str(one.side),
            str(one.severity),
            one.peak_centi_c,
            one.n_readings,
        )
        for one in join(found)
    }


def stored_answer(rows: Any) -> set[tuple[Any, ...]]:
    """Return the excursions that stand in the database in the same form."""
    return {
        (
            streams.epoch_s(row.started_at),
            None if row.ended_at is None else streams.epoch_s(row.ended_at),
            row.phase,
            row.kind,
            row.severity,
            streams.centi(row.peak),
            row.n_readings,
        )
        for row in rows
    }


@contextmanager
def crash_at(statement: int | None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Raise Crash before the nth statement; writing readings goes past Django's cursors and counts as one."""
    left = [statement or 0]

    def tick() -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Crash

    def statement_wrapper(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        # What rolls back and releases is the database's own doing.
        if not str(sql).startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            tick()
        return execute(sql, params, many, context)

    insert = reading_rows.insert

    def insert_or_crash(*args: Any, **kwargs: Any) -> None:
        tick()
        insert(*args, **kwargs)
        tick()

    with monkeypatch.context() as patch, connection.execute_wrapper(statement_wrapper):
        patch.setattr(reading_rows, "insert", insert_or_crash)
        yield
