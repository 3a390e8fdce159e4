"""A seeded day of thousands of sensors: made-up air, a bias and a noise per sensor, some machines standing still."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from logistics.temperature import profile
from warehouses import streams, synthetic_air
from warehouses.compliance.block import Block
from warehouses.compliance.contexts import Context, Contexts, gather
from warehouses.compliance.limits import Limits
from warehouses.synthetic_air import MINUTES_PER_DAY, Air, Outage, Space, random_of

CLASSES = ("frozen", "chilled", "chilled_meat", "pharma_cold", "deep_frozen")
# In two of a hundred spaces the machine stands still for hours: no park has a worse day.
BROKEN_OF_A_HUNDRED = 2
OUTAGE_MIN = 240
MOST_BIAS_C, NOISE_C = 0.2, 0.12


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The sensors that share their limits."""

    limits: Limits
    block: Block
    contexts: Mapping[int, Contexts]


def make_day(*, seed: int, n_sensors: int, from_s: int) -> tuple[Group, ...]:
    """Make a day of readings a minute; the sensors of one class, in rooms or vehicles, are one group."""
    n_spaces = 100
    per_space = n_sensors // n_spaces
    spaces = [
        Space(f"bench-{n}", CLASSES[n % len(CLASSES)], is_vehicle=n % 10 >= len(CLASSES))
        for n in range(n_spaces)
    ]
    chance = random_of(seed, 0, "outages")
    outages = [
        Outage(int(n), start := int(chance.integers(0, 900)), start + OUTAGE_MIN)
        for n in chance.permutation(n_spaces)[:BROKEN_OF_A_HUNDRED]
    ]
    air = synthetic_air.make_with(spaces, outages, seed=seed, day=0, n_days=1)
    kinds = sorted({(space.temperature_class, space.is_vehicle) for space in spaces})
    return tuple(_group(kind, spaces, air, per_space, (seed, from_s)) for kind in kinds)


def _group(
    kind: tuple[str, bool], spaces: list[Space], air: Air, per_space: int, seed: tuple[int, int]
) -> Group:
    rows = [n for n, s in enumerate(spaces) if (s.temperature_class, s.is_vehicle) == kind]
    limits = streams.limits_of(profile(kind[0]), is_vehicle=kind[1])
    chance = random_of(seed[0], 0, f"{kind} sensors")
    shape = (len(rows) * per_space, MINUTES_PER_DAY)
    value_c = np.repeat(air.value_c[rows], per_space, axis=0)
    value_c += chance.uniform(-MOST_BIAS_C, MOST_BIAS_C, (shape[0], 1))
    value_c += chance.normal(0, NOISE_C, shape)
    at_s = seed[1] + 60 * np.arange(MINUTES_PER_DAY, dtype=np.int64)
    excuses = {n: _contexts(air, n, seed[1]) for n in rows}
    return Group(
        limits=limits,
        block=Block(
            np.tile(at_s, shape[0]),
            np.rint(100 * value_c).astype(np.int16).ravel(),
            MINUTES_PER_DAY * np.arange(shape[0] + 1, dtype=np.int64),
        ),
        contexts={i: excuses[rows[i // per_space]] for i in range(shape[0])},
    )


def _contexts(air: Air, space: int, from_s: int) -> Contexts:
    return gather(
        Context(e.kind, from_s + 60 * e.from_min, from_s + 60 * e.to_min)
        for e in air.excuses
        if e.space == space
    )
