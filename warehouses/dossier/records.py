"""Owns the reading of what a dossier seals: every kept reading of some sensors, from rows and from sealed hours."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np
from django.db.models import Q

from warehouses import block_rows, streams
from warehouses.compliance.readings import Ints
from warehouses.compliance.sealed import NO_HUMIDITY, Contents
from warehouses.models import Reading

Period = tuple[datetime, datetime]


def records(periods: Mapping[int, Period]) -> dict[int, Contents]:
    """Return the readings of each sensor over ``[from, to)``, flagged ones too: two queries for up to 400 sensors."""
    found: dict[int, Contents] = {}
    ids = sorted(periods)
    for first in range(0, len(ids), streams.TERMS_PER_QUERY):
        some = ids[first : first + streams.TERMS_PER_QUERY]
        found |= _some({sensor_id: periods[sensor_id] for sensor_id in some})
    return found


def _some(periods: Mapping[int, Period]) -> dict[int, Contents]:
    table = _rows(periods)
    dropped = block_rows.contents(periods, only_dropped=True)
    found = {}
    for sensor_id in periods:
        held = _table(dropped[sensor_id]) if sensor_id in dropped else np.zeros((0, 5), np.int64)
        # Of a reading in both the block's stands first, and np.unique keeps the first.
        both = np.concatenate([held, table[table[:, 0] == sensor_id, 1:]])
        _, places = np.unique(both[:, 0], return_index=True)
        found[sensor_id] = Contents(*both[places].T.copy())
    return found


def _rows(periods: Mapping[int, Period]) -> Ints:
    wanted = Q(pk__in=())
    for sensor_id, (from_at, to_at) in periods.items():
        wanted |= Q(sensor_id=sensor_id, measured_at__gte=from_at, measured_at__lt=to_at)
    columns = ("sensor_id", "measured_at", "centi_c", "humidity_permille", "flags", "received_at")
    rows = Reading.objects.filter(wanted).order_by("sensor_id", "measured_at").values_list(*columns)
    plain = [
        (
            sensor_id,
            streams.epoch_s(at),
            centi_c,
            NO_HUMIDITY if permille is None else permille,
            flags,
            streams.epoch_s(received_at),
        )
        for sensor_id, at, centi_c, permille, flags, received_at in rows.iterator(chunk_size=5_000)
    ]
    return np.array(plain, np.int64).reshape(-1, len(columns))


def _table(contents: Contents) -> Ints:
    return np.stack([getattr(contents, name) for name in Contents.__slots__], axis=1)
