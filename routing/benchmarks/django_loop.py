"""The peer of the judge: a loop over model instances, reading by reading, as a first version is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import transaction

from warehouses.compliance.block import Block
from warehouses.compliance.limits import Limits
from warehouses.models import Reading

Outline = tuple[int, int, int | None]


@contextmanager
def rows_of(block: Block) -> Iterator[list[int]]:
    """Write the readings of a block under sensors that do not exist, and take them back at the end."""
    ids = [-1 - number for number in range(len(block))]
    with transaction.atomic():
        for number, sensor_id in enumerate(ids):
            stream = block.stream(number)
            pairs = zip(stream.at_s.tolist(), stream.value_centi_c.tolist(), strict=True)
            Reading.objects.bulk_create(
                Reading(sensor_id=sensor_id, measured_at=at, centi_c=value, received_at=at)
                for at, value in ((datetime.fromtimestamp(s, UTC), v) for s, v in pairs)
            )
        yield ids
        transaction.set_rollback(True)


def judge_by_loop(  # noqa: C901, PLR0912 - a first version is one loop
    sensor_id: int, limits: Limits
) -> list[Outline]:
    """Return start, opening and end of each excursion; knows no excuses, no merging, no kinetics."""
    found: list[Outline] = []
    start = opened = back = None
    beyond_s, before_s, was_beyond = 0, 0, False
    for reading in Reading.objects.filter(sensor_id=sensor_id).order_by("measured_at").iterator():
        at_s, value = int(reading.measured_at.timestamp()), reading.centi_c
        is_beyond = not limits.low <= value <= limits.high
        if start is not None and at_s - before_s > limits.max_gap_s:
            if opened is not None:
                found.append((start, opened, before_s))
            start = opened = back = None
        if is_beyond and start is None:
            start, beyond_s, was_beyond = at_s, 0, False
        if start is not None:
            beyond_s += (at_s - before_s) if was_beyond else 0
            is_hard = not limits.hard_low <= value <= limits.hard_high
            if is_beyond:
                back = None
                if opened is None and (is_hard or beyond_s > limits.tolerance_s):
                    opened = at_s
            elif back is None and _is_inside(value, limits):
                back = at_s
            if back is not None and (opened is None or at_s - back >= limits.return_delay_s):
                if opened is not None:
                    found.append((start, opened, back))
                start = opened = back = None
        before_s, was_beyond = at_s, is_beyond
    if start is not None and opened is not None:
        found.append((start, opened, back))
    return found


def _is_inside(value: int, limits: Limits) -> bool:
    is_cold = limits.highest_centi_c is None or value <= limits.high - limits.hysteresis_centi_c
    is_warm = limits.lowest_centi_c is None or value >= limits.low + limits.hysteresis_centi_c
    return is_cold and is_warm
