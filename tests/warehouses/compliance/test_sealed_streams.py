"""Streams come out of their sealed hours as they went in."""

import numpy as np
import pytest

from warehouses.compliance.readings import Readings, arrange, frozen
from warehouses.compliance.sealed import HOUR_S, NO_HUMIDITY, Contents, pack
from warehouses.compliance.sealed_streams import unsealed


def packed(readings: Readings, hour_s: int) -> bytes:
    n = len(readings)
    return pack(
        Contents(
            readings.at_s,
            readings.value_centi_c,
            np.full(n, NO_HUMIDITY),
            np.zeros(n, np.int64),
            readings.at_s + 1,
        ),
        hour_s,
    )


def test_the_hours_of_several_streams_become_a_block() -> None:
    one = arrange([10, 70, HOUR_S, HOUR_S + 60, HOUR_S + 120], [-2000, -1990, 1500, -1, 0])
    two = arrange([HOUR_S + 5], [400])
    payloads, hours, counts = [], [], []
    for stream in (one, two):
        for hour_s in (0, HOUR_S):
            part = stream.between(hour_s, hour_s + HOUR_S)
            if len(part):
                payloads.append(packed(part, hour_s))
                hours.append(hour_s)
                counts.append(len(part))
    block = unsealed(payloads, frozen(hours), frozen(counts), frozen([2, 0, 1]))
    assert len(block) == 3
    for number, stream in ((0, one), (2, two)):
        assert list(block.stream(number).at_s) == list(stream.at_s)
        assert list(block.stream(number).value_centi_c) == list(stream.value_centi_c)
    assert len(block.stream(1)) == 0


def test_hours_that_belong_to_nobody_are_refused() -> None:
    payload = packed(arrange([0], [1]), 0)
    with pytest.raises(ValueError, match="2 hours of 1 streams, 1 payloads"):
        unsealed([payload], frozen([0]), frozen([1]), frozen([2]))
