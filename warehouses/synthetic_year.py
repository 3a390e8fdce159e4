"""Makes up a year of cold rooms as imperfect sensors tell it, and scores a judge by what was planted in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from logistics.temperature import profile
from warehouses import streams, synthetic_air
from warehouses.compliance.contexts import Context, Contexts, gather
from warehouses.compliance.excursions import Excursion
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import Readings, frozen
from warehouses.synthetic_air import MINUTES_PER_DAY, Air, Outage, Space, random_of

# A park's mix of rooms, repeated.
ROOM_CLASSES = ("frozen", "chilled", "frozen", "chilled_meat", "pharma_cold", "deep_frozen")
# The stretches are made side by side, for the loop over minutes costs the same for one room as for a hundred.
STRETCH_DAYS = 73
OUTAGES_A_STRETCH = 1.5
LEAST_OUTAGE_MIN, MOST_OUTAGE_MIN = 20, 600
# How imperfect sensors and reports are.
NOISE_C = 0.15
LOST_READINGS, SPIKES_A_DAY, UNREPORTED = 0.005, 0.2, 0.05
SILENCES_A_STRETCH, LONGEST_SILENCE_MIN = 4, 360

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Planted:
    """An outage and what it did.

    Attributes
    ----------
    from_s, to_s
        From the machine's stop until the air was back inside the band.
    longest_s
        The longest time in it that the true air was beyond the band while readings came.
    """

    from_s: int
    to_s: int
    longest_s: int


@dataclass(frozen=True, slots=True, eq=False)
class RoomYear:
    """One room's year: what its sensor and its doors told, and what happened in truth."""

    code: str
    temperature_class: str
    limits: Limits
    readings: Readings
    contexts: Contexts
    planted: tuple[Planted, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """How a judge did.

    Attributes
    ----------
    n_false
        Excursions that overlap nothing planted.
    n_long, n_missed
        Planted ones beyond the band for longer than twice the tolerance, and those without an excursion.
    """

    n_excursions: int
    n_false: int
    n_planted: int
    n_long: int
    n_missed: int


def make(*, seed: int, n_rooms: int = 20, n_stretches: int = 5) -> tuple[RoomYear, ...]:
    """Make the rooms; five stretches are a year of minutes."""
    classes = [ROOM_CLASSES[n % len(ROOM_CLASSES)] for n in range(n_rooms)]
    spaces = [
        Space(f"year-{n:02}-{stretch}", classes[n], is_vehicle=False)
        for n in range(n_rooms)
        for stretch in range(n_stretches)
    ]
    outages = [one for n, space in enumerate(spaces) for one in _outages(n, space, seed)]
    air = synthetic_air.make_with(spaces, outages, seed=seed, day=0, n_days=STRETCH_DAYS)
    return tuple(
        _room(
            f"year-{n:02}",
            classes[n],
            air,
            outages,
            range(n * n_stretches, (n + 1) * n_stretches),
            seed,
        )
        for n in range(n_rooms)
    )


def score(room: RoomYear, excursions: Sequence[Excursion]) -> Score:
    """Compare what a judge found in a room with what was planted there."""
    long = [one for one in room.planted if one.longest_s > 2 * room.limits.tolerance_s]
    return Score(
        n_excursions=len(excursions),
        n_false=sum(
            not any(e.overlaps(p.from_s, p.to_s) for p in room.planted) for e in excursions
        ),
        n_planted=len(room.planted),
        n_long=len(long),
        n_missed=sum(not any(e.overlaps(p.from_s, p.to_s) for e in excursions) for p in long),
    )


def _outages(number: int, space: Space, seed: int) -> Iterable[Outage]:
    chance = random_of(seed, 0, f"{space.code} outages")
    for _ in range(int(chance.poisson(OUTAGES_A_STRETCH))):
        length = int(chance.integers(LEAST_OUTAGE_MIN, MOST_OUTAGE_MIN))
        start = int(chance.integers(0, STRETCH_DAYS * MINUTES_PER_DAY - 2 * MOST_OUTAGE_MIN))
        yield Outage(number, start, start + length)


def _room(
    code: str, temperature_class: str, air: Air, outages: Sequence[Outage], rows: range, seed: int
) -> RoomYear:
    """Lay the stretches of a room one after the other and let its sensor and doors tell them."""
    length = air.value_c.shape[1]
    limits = streams.limits_of(profile(temperature_class), is_vehicle=False)
    chance = random_of(seed, 0, f"{code} sensor")
    true_c = air.value_c[rows.start : rows.stop].ravel()
    is_told = _told(true_c.size, len(rows), chance)
    told_c = true_c + chance.normal(0, NOISE_C, true_c.size)
    n_spikes = int(chance.poisson(SPIKES_A_DAY * true_c.size / MINUTES_PER_DAY))
    told_c[chance.integers(0, true_c.size, n_spikes)] += chance.choice(
        [-25.0, 12.0, 30.0], n_spikes
    )
    minutes = np.flatnonzero(is_told)
    contexts = gather(
        Context(e.kind, 60 * (start + e.from_min), 60 * (start + e.to_min))
        for e in air.excuses
        if e.space in rows and chance.random() >= UNREPORTED
        for start in [(e.space - rows.start) * length]
    )
    is_beyond = (100 * true_c > limits.high) | (100 * true_c < limits.low)
    planted = [
        _planted(
            (one.space - rows.start) * length + one.from_min,
            one.to_min - one.from_min,
            is_beyond,
            is_told,
        )
        for one in outages
        if one.space in rows
    ]
    return RoomYear(
        code,
        temperature_class,
        limits,
        Readings(frozen(60 * minutes), frozen(np.rint(100 * told_c[minutes]))),
        contexts,
        tuple(planted),
    )


def _told(n_minutes: int, n_stretches: int, chance: np.random.Generator) -> Bools:
    """Say which minutes' readings came: some are lost, and now and then the sensor is silent for hours."""
    is_told: Bools = chance.random(n_minutes) >= LOST_READINGS
    for _ in range(SILENCES_A_STRETCH * n_stretches):
        start = int(chance.integers(0, n_minutes))
        is_told[start : start + int(chance.integers(30, LONGEST_SILENCE_MIN))] = False
    return is_told


def _planted(start: int, length: int, is_beyond: Bools, is_told: Bools) -> Planted:
    """Follow the air from the machine's stop until it is back in the band."""
    after = np.flatnonzero(~is_beyond[start + length :])
    end = start + length + (int(after[0]) if after.size else 0)
    # Nobody can find what no reading tells, so minutes without one end a stretch.
    told = (is_beyond & is_told)[start : end + 1]
    ends = np.flatnonzero(~np.append(told, False))
    longest = int(np.diff(ends, prepend=-1).max()) - 1
    return Planted(60 * start, 60 * (end + 1), 60 * longest)
