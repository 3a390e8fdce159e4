"""The judge of the cold chain: speed in memory and from sealed hours, beside a loop over models; a year's alarms."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time

import numpy as np

from routing.benchmarks.cold_day import Group, make_day
from routing.benchmarks.django_loop import judge_by_loop, rows_of
from routing.benchmarks.report import Figure, Order
from warehouses import synthetic_year
from warehouses.compliance.behavior import without_spikes
from warehouses.compliance.block import STREAMS_AT_ONCE, Block, BlockJudgement, judge_block
from warehouses.compliance.fold import fold
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import Readings
from warehouses.compliance.sealed import HOUR_S, NO_HUMIDITY, Contents, pack
from warehouses.compliance.sealed_streams import unsealed
from warehouses.synthetic_year import STRETCH_DAYS, RoomYear, Score, score

N_SENSORS, N_QUICK = 10_000, 1_000
N_SAMPLE = 20
MOST_NS, LEAST_RATIO, MOST_SEALED_S = 40, 25, 3.0
MOST_FALSE = 1.0
# The gateway sends ten minutes at once, so receipt lags by one to ten.
SENT_EVERY_S = 600
DAYS_A_MONTH = 365 / 12


def measure_compliance(order: Order) -> list[Figure]:
    """Measure a day of 10,000 sensors and a year of 20 rooms; quick: 1,000 sensors, 73 days of 6 rooms."""
    midnight = datetime.combine(order.day - timedelta(days=1), clock_time(), UTC)
    n_sensors = N_QUICK if order.is_quick else N_SENSORS
    groups = make_day(seed=order.seed, n_sensors=n_sensors, from_s=int(midnight.timestamp()))
    spent_s, judged = _timed(groups)
    n = sum(group.block.at_s.size for group in groups)
    sample, limits = _sample(groups, judged)
    figures = [_in_memory(n, spent_s, judged), *_beside_loop(sample, limits, 1e9 * spent_s / n)]
    figures += _from_sealed(groups, judged)
    # The day's memory is not needed for the year.
    del groups, judged
    n_rooms, n_stretches = (6, 1) if order.is_quick else (20, 5)
    rooms = synthetic_year.make(seed=order.seed, n_rooms=n_rooms, n_stretches=n_stretches)
    return [*figures, *_year(rooms, n_rooms * n_stretches * STRETCH_DAYS / DAYS_A_MONTH)]


def _timed(groups: Sequence[Group], n_times: int = 3) -> tuple[float, list[BlockJudgement]]:
    """Judge every group and return the middle processor time of some runs."""
    times = []
    for _ in range(n_times):
        began_s = time.process_time()
        judged = [judge_block(g.block, g.limits, g.contexts) for g in groups]
        times.append(time.process_time() - began_s)
    return sorted(times)[n_times // 2], judged


def _in_memory(n: int, spent_s: float, judged: Sequence[BlockJudgement]) -> Figure:
    ns = 1e9 * spent_s / n
    n_found = sum(len(some) for one in judged for some in one.excursions.values())
    return Figure(
        f"judging {n / 1e6:.1f} M readings in memory, a reading", ns, "ns", f"≤ {MOST_NS}",
        ns <= MOST_NS, f"{spent_s:.2f} s in all, {n_found} excursions",
    )  # fmt: skip


def _sample(groups: Sequence[Group], judged: Sequence[BlockJudgement]) -> tuple[Block, Limits]:
    """Return some sensors with excursions and some without, of the group that has the most."""
    group, answer = max(zip(groups, judged, strict=True), key=lambda pair: len(pair[1].excursions))
    warm = list(answer.excursions)[: N_SAMPLE // 4]
    calm = [n for n in range(len(group.block)) if n not in answer.excursions]
    streams = [group.block.stream(n) for n in (*warm, *calm[: N_SAMPLE - len(warm)])]
    block = Block(
        np.concatenate([one.at_s for one in streams]),
        np.concatenate([one.value_centi_c for one in streams]).astype(np.int16),
        np.cumsum([0, *map(len, streams)]),
    )
    # The loop knows neither excuses nor merging.
    return block, replace(group.limits, merge_gap_s=0)


def _beside_loop(sample: Block, limits: Limits, ns: float) -> list[Figure]:
    """Judge a sample with a loop over models, and say whether both find the same."""
    ours = judge_block(sample, limits).excursions
    with rows_of(sample) as ids:
        began_s = time.process_time()
        theirs = [judge_by_loop(sensor_id, limits) for sensor_id in ids]
        loop_ns = 1e9 * (time.process_time() - began_s) / sample.at_s.size
    n_other = sum(
        [(e.started_s, e.opened_s, e.ended_s) for e in ours.get(number, ())] != found
        for number, found in enumerate(theirs)
    )
    ratio = loop_ns / ns
    return [
        Figure(
            "times a loop over Django models", ratio, "×", f"≥ {LEAST_RATIO}", ratio >= LEAST_RATIO,
            f"{loop_ns:,.0f} ns a reading on {sample.at_s.size:,}",
        ),
        Figure(
            f"sensors of {N_SAMPLE} on which the loop finds something else", n_other, "", "0",
            not n_other, f"{sum(map(len, theirs))} excursions",
        ),
    ]  # fmt: skip


def _from_sealed(groups: Sequence[Group], judged: Sequence[BlockJudgement]) -> list[Figure]:
    """Read sealed hours and judge them, a hundred sensors at a time."""
    spent_s, n_other, n_sensors, n_bytes = 0.0, 0, 0, 0
    for group, before in zip(groups, judged, strict=True):
        for low in range(0, len(group.block), STREAMS_AT_ONCE):
            some = group.block.some(low, low + STREAMS_AT_ONCE)
            payloads, hours_s, counts = _sealed(some)
            contexts = {n: group.contexts[low + n] for n in range(len(some))}
            n_hours = np.full(len(some), len(payloads) // len(some))
            began_s = time.process_time()
            after = judge_block(
                unsealed(payloads, hours_s, counts, n_hours), group.limits, contexts
            )
            spent_s += time.process_time() - began_s
            n_sensors += len(some)
            n_bytes += sum(map(len, payloads))
            n_other += sum(
                after.excursions.get(n) != before.excursions.get(low + n) for n in range(len(some))
            )
    n = sum(group.block.at_s.size for group in groups)
    most_s = MOST_SEALED_S * n_sensors / N_SENSORS
    return [
        Figure(
            f"the same from {n_sensors * 24:,} sealed hours", spent_s, "s", f"≤ {most_s:g}",
            spent_s <= most_s, f"{1e9 * spent_s / n:.0f} ns and {n_bytes / n:.2f} packed bytes a reading",
        ),
        Figure("sensors judged otherwise from sealed hours", n_other, "", "0", not n_other),
    ]  # fmt: skip


def _sealed(block: Block) -> tuple[list[bytes], np.ndarray, np.ndarray]:
    """Pack the hours of some streams, one stream after the other."""
    payloads, hours, counts = [], [], []
    for number in range(len(block)):
        stream = block.stream(number)
        for hour_s in range(int(stream.at_s[0]), int(stream.at_s[-1]) + 1, HOUR_S):
            part = stream.between(hour_s, hour_s + HOUR_S)
            payloads.append(pack(_contents(part), hour_s))
            hours.append(hour_s)
            counts.append(len(part))
    return payloads, np.array(hours), np.array(counts)


def _contents(readings: Readings) -> Contents:
    sent_s = (readings.at_s // SENT_EVERY_S + 1) * SENT_EVERY_S
    return Contents(
        readings.at_s,
        readings.value_centi_c,
        np.full(len(readings), NO_HUMIDITY),
        np.zeros(len(readings), np.int64),
        sent_s + 1,
    )


def _year(rooms: Sequence[RoomYear], room_months: float) -> list[Figure]:
    clean = [without_spikes(room.readings) for room in rooms]
    scores = [
        score(room, fold(readings, room.limits, room.contexts).excursions)
        for room, readings in zip(rooms, clean, strict=True)
    ]
    # What a limit alone would do: every reading beyond it that begins a stretch is an alarm.
    plain = [
        score(
            room, fold(room.readings, replace(room.limits, tolerance_s=0, merge_gap_s=0)).excursions
        )
        for room in rooms
    ]
    n_false, n_plain = _total(scores).n_false, _total(plain).n_false
    total = _total(scores)
    return [
        Figure(
            f"false alarms in {room_months:.0f} room-months, a room-month", n_false / room_months, "",
            f"≤ {MOST_FALSE:g}", n_false / room_months <= MOST_FALSE,
            f"{n_plain / room_months:.1f} without tolerance, excuses, spike marks",
        ),
        Figure(
            f"missed of {total.n_long} planted excursions beyond 2 × tolerance", total.n_missed, "",
            "0", not total.n_missed,
            f"{total.n_planted} outages, {total.n_excursions} excursions found",
        ),
    ]  # fmt: skip


def _total(scores: Sequence[Score]) -> Score:
    names = Score.__slots__
    return Score(*(sum(getattr(one, name) for one in scores) for name in names))
