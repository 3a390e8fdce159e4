"""Owns the way from sealed hours to streams that can be judged, past a single reading in Python."""

from collections.abc import Sequence

import numpy as np

from warehouses.compliance.block import Block
from warehouses.compliance.readings import Ints
from warehouses.compliance.sealed import values


def unsealed(payloads: Sequence[bytes], hours_s: Ints, counts: Ints, n_hours: Ints) -> Block:
    """Return streams from their packed hours.

    Parameters
    ----------
    payloads
        Of one stream after the other, each by rising hour; see `sealed.pack`.
    hours_s, counts : (m,) int64
        Start of each hour, and how many readings it holds.
    n_hours : (k,) int64
        How many of the hours belong to each stream.

    Raises
    ------
    BlockError
        Where an hour cannot be read.
    ValueError
        Where the hours do not add up to the payloads.
    """
    if int(n_hours.sum()) != len(payloads):
        message = f"{int(n_hours.sum())} hours of {n_hours.size} streams, {len(payloads)} payloads"
        raise ValueError(message)
    at_s, centi_c = values(payloads, hours_s, counts)
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts)))
    last = np.concatenate((np.zeros(1, np.int64), np.cumsum(n_hours)))
    return Block(at_s, centi_c, starts[last])
