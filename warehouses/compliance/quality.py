"""Owns the marks on single readings; a marked reading is kept, never dropped."""

from enum import IntFlag

import numpy as np

from warehouses.compliance.readings import Ints

MAX_AHEAD_S = 300


class Quality(IntFlag):
    """What is wrong with a reading; bits, because two things may be."""

    GOOD = 0
    FUTURE = 1
    RANGE = 2


def flags(
    at_s: Ints, value_centi_c: Ints, received_s: int, span_centi_c: tuple[Ints, Ints]
) -> Ints:
    """Mark each reading of a batch.

    Parameters
    ----------
    at_s, value_centi_c : (n,) int64
    received_s
        When the batch came in.
    span_centi_c : two (n,) int64
        The lowest and the highest value that each reading's sensor can measure.

    Returns
    -------
    (n,) int64
        Bits of `Quality`: FUTURE where the reading claims a time more than five minutes after
        it was received, RANGE where its sensor cannot measure such a value.
    """
    lowest, highest = span_centi_c
    is_future = at_s > received_s + MAX_AHEAD_S
    is_out_of_range = (value_centi_c < lowest) | (value_centi_c > highest)
    marks: Ints = is_future * np.int64(Quality.FUTURE) | is_out_of_range * np.int64(Quality.RANGE)
    return marks
