"""A random life of one cold space, told out of order, judged bit by bit as the database's judge does it; pure."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from warehouses.compliance.anchor import Span, anchors, span
from warehouses.compliance.behavior import without_spikes
from warehouses.compliance.contexts import Context, gather
from warehouses.compliance.excursions import Excursion
from warehouses.compliance.fold import fold
from warehouses.compliance.join import join
from warehouses.compliance.limits import Limits
from warehouses.compliance.quality import is_too_far_ahead
from warehouses.compliance.readings import Ints, Readings, arrange, frozen

LATEST_S = 1 << 40
LOOK_BACKS_S = (3 * 3600, 24 * 3600, None)
VALUES = (200, 200, 200, 200, 380, 399, 401, 410, 450, 700, 1001, -10)
STEPS_S = (60, 290, 300, 300, 300, 310, 600, 1200, 1201, 7200)

Row = tuple[int, int]


@dataclass(frozen=True)
class Batch:
    """Readings of one sensor as they came in, or contexts of the space."""

    received_s: int
    sensor: int
    rows: tuple[Row, ...] = ()
    contexts: tuple[Context, ...] = ()


@dataclass(frozen=True)
class History:
    """What came in, in the order of arrival, and the limits that judge it."""

    limits: Limits
    n_sensors: int
    batches: tuple[Batch, ...]


def make(seed: int) -> History:
    """Make up a history: steady stretches, leaps, gaps, then late, double, contradicting and skewed batches."""
    chance = random.Random(seed)
    limits = Limits(
        lowest_centi_c=chance.choice([None, 0]),
        highest_centi_c=400,
        hard_highest_centi_c=chance.choice([None, 1000]),
        tolerance_s=chance.choice([0, 600, 1200]),
        hysteresis_centi_c=chance.choice([0, 50]),
        return_delay_s=chance.choice([0, 600]),
        merge_gap_s=chance.choice([0, 1800]),
        max_gap_s=1200,
        context_max_s=chance.choice([0, 2700]),
    )
    n_sensors = chance.randint(1, 3)
    batches: list[Batch] = []
    for sensor in range(n_sensors):
        batches += _sent(sensor, _air(chance), chance)
    end_s = max((batch.received_s for batch in batches), default=1)
    for _ in range(chance.randrange(4)):
        from_s = chance.randrange(end_s)
        door = Context("door", from_s, from_s + chance.randrange(60, 3600))
        batches.append(Batch(from_s + chance.randrange(20_000), 0, contexts=(door,)))
    batches.sort(key=lambda batch: batch.received_s)
    return History(limits, n_sensors, tuple(batches))


def _air(chance: random.Random) -> list[Row]:
    at_s, value, rows = 0, 200, []
    for _ in range(chance.randint(1, 120)):
        at_s += chance.choice(STEPS_S)
        if chance.random() < 0.25:
            value = chance.choice(VALUES)
        # A spike now and then, which the next reading takes back.
        rows.append((at_s, 4000 if chance.random() < 0.02 else value))
    return rows


def _sent(sensor: int, rows: list[Row], chance: random.Random) -> Iterator[Batch]:
    """Cut a stream into batches and spoil their way."""
    skew_s = chance.choice([0, 0, 0, -45, 200, 290, 400])
    first = 0
    while first < len(rows):
        part = rows[first : first + chance.randint(1, 12)]
        first += len(part)
        if chance.random() < 0.1:
            continue  # lost for ever
        told = tuple((at_s + skew_s, value) for at_s, value in part)
        delay_s = chance.choice([0, 0, 1, 30, 5_000, 40_000]) if chance.random() < 0.4 else 1
        received_s = part[-1][0] + delay_s
        yield Batch(received_s, sensor, told)
        if chance.random() < 0.25:
            yield Batch(received_s + chance.randrange(9_000), sensor, told)
        if chance.random() < 0.1:
            others = tuple((at_s, value + 300) for at_s, value in told)
            yield Batch(received_s + chance.randrange(-3_000, 9_000), sensor, others)


@dataclass
class Judge:
    """Keeps what came in and judges from an anchor whenever it is asked, never the whole."""

    limits: Limits
    n_sensors: int
    rows: list[dict[int, int]] = field(init=False)
    contexts: list[Context] = field(default_factory=list)
    excursions: tuple[Excursion, ...] = ()
    dirty_from_s: int | None = None
    n_short_looks: int = 0

    def __post_init__(self) -> None:
        self.rows = [{} for _ in range(self.n_sensors)]

    def take(self, batch: Batch) -> None:
        """Keep a batch: the first value counts, what is too far ahead is set aside."""
        times = frozen([at_s for at_s, _ in batch.rows])
        is_ahead = is_too_far_ahead(times, batch.received_s)
        known = self.rows[batch.sensor]
        for (at_s, value), too_far in zip(batch.rows, is_ahead.tolist(), strict=True):
            if not too_far and at_s not in known:
                known[at_s] = value
                self._touch(at_s)
        for context in batch.contexts:
            self.contexts.append(context)
            self._touch(context.from_s)

    def _touch(self, at_s: int) -> None:
        self.dirty_from_s = at_s if self.dirty_from_s is None else min(self.dirty_from_s, at_s)

    def look(self) -> None:
        """Judge again from the last safe readings before what is new."""
        if self.dirty_from_s is None:
            return
        spans = [span(e.phase, e.started_s, e.ended_s, self.limits) for e in self.excursions]
        for back_s in LOOK_BACKS_S:
            low_s = -LATEST_S if back_s is None else self.dirty_from_s - back_s
            if self._look_from(low_s, spans, is_whole=back_s is None):
                self.n_short_looks += back_s is not None
                break
        self.dirty_from_s = None

    def _look_from(self, low_s: int, spans: list[Span], *, is_whole: bool) -> bool:
        streams = [one for one in self._streams(low_s) if len(one)]
        starts = anchors(streams, self.dirty_from_s or 0, spans, self.limits, is_whole=is_whole)
        if None in starts and not is_whole:
            return False
        from_s = [-LATEST_S if start is None else start for start in starts]
        first_s = min(from_s, default=self.dirty_from_s or 0)
        contexts = gather(self.contexts)
        found = join(
            [
                fold(one.between(start_s, LATEST_S), self.limits, contexts).excursions
                for one, start_s in zip(streams, from_s, strict=True)
            ]
        )
        self.excursions = (*(e for e in self.excursions if e.started_s <= first_s), *found)
        return True

    def _streams(self, low_s: int) -> list[Readings]:
        return [
            without_spikes(arrange(*_columns(rows)).between(low_s, LATEST_S)) for rows in self.rows
        ]

    def whole(self) -> tuple[Excursion, ...]:
        """Return the batch answer: everything that was kept, judged at once."""
        contexts = gather(self.contexts)
        return join(
            [fold(one, self.limits, contexts).excursions for one in self._streams(-LATEST_S)]
        )


def _columns(rows: dict[int, int]) -> tuple[Ints, Ints]:
    return frozen(list(rows)), frozen(list(rows.values()))


def live(history: History, seed: int) -> Judge:
    """Let a history come in and judge it at random moments, and at the end."""
    chance = random.Random(seed)
    judge = Judge(history.limits, history.n_sensors)
    for batch in history.batches:
        judge.take(batch)
        if chance.random() < 0.5:
            judge.look()
    judge.look()
    return judge
