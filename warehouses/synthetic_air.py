"""Makes up the air of cold spaces, minute by minute: Newton's cooling, doors, defrosts, breakdowns; pure, seeded."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

MINUTES_PER_DAY = 1440
ExcuseKind = Literal["door", "defrost", "loading"]

# Minutes in which the difference falls to 1/e: by the cooling machine, through the walls, an open door.
_COOLING_MIN, _WALLS_MIN, _DOOR_MIN = 15.0, 300.0, 260.0
_DOCK_C, _OUTSIDE_C = 8.0, 10.0
_CYCLE_K, _CYCLE_MIN = 0.4, 50.0
_BREAKDOWN_MIN = 150

# Set-points where a space has none of its own, in the middle of the band or below its limit.
_SET_POINTS_C = {
    "frozen": -20.0,
    "deep_frozen": -24.0,
    "chilled_meat": 2.0,
    "chilled": 4.0,
    "pharma_cold": 5.0,
    "ambient": 16.0,
}
# How often a space defrosts (hours), for how long (minutes), and how fast that warms it (K a minute).
_DEFROSTS = {"frozen": (8, 20, 0.15), "deep_frozen": (8, 20, 0.15)}
_CHILLED_DEFROST = (12, 15, 0.06)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Space:
    """One space to make air for."""

    code: str
    temperature_class: str
    is_vehicle: bool
    set_point_c: float | None = None

    @property
    def target_c(self) -> float:
        """What its machine aims at."""
        given = self.set_point_c
        return _SET_POINTS_C[self.temperature_class] if given is None else given

    @property
    def is_refrigerated(self) -> bool:
        """Whether it has a machine at all."""
        return self.temperature_class != "ambient"


@dataclass(frozen=True, slots=True)
class Excuse:
    """A door, defrost or loading of the space with this number, in minutes ``[from_min, to_min)``."""

    space: int
    kind: ExcuseKind
    from_min: int
    to_min: int


@dataclass(frozen=True, slots=True)
class Outage:
    """The machine of the space with this number stands still in minutes ``[from_min, to_min)``."""

    space: int
    from_min: int
    to_min: int


@dataclass(frozen=True, slots=True, eq=False)
class Air:
    """The air of all spaces, with what explains it and what broke.

    Attributes
    ----------
    value_c : (n_spaces, n_minutes) float64
    breakdowns
        Number of the space and the minute in which its machine stopped.
    """

    value_c: Floats
    excuses: tuple[Excuse, ...]
    breakdowns: tuple[tuple[int, int], ...]


def random_of(seed: int, day: int, name: str) -> np.random.Generator:
    """Return a source of chance that depends on nothing but seed, day and name."""
    return np.random.default_rng([seed, day, zlib.crc32(name.encode())])


def make(
    spaces: Sequence[Space], *, seed: int, day: int, n_breakdowns: int, n_days: int = 2
) -> Air:
    """Make the air of some days; breakdowns happen in working hours of the last one."""
    last_day = (n_days - 1) * MINUTES_PER_DAY
    breakdowns = _breakdowns(spaces, random_of(seed, day, "breakdowns"), last_day, n_breakdowns)
    outages = [Outage(n, start, start + _BREAKDOWN_MIN) for n, start in breakdowns]
    return make_with(spaces, outages, seed=seed, day=day, n_days=n_days)


def make_with(
    spaces: Sequence[Space], outages: Sequence[Outage], *, seed: int, day: int, n_days: int
) -> Air:
    """Make the air of some days in which these machines stand still."""
    n_minutes = n_days * MINUTES_PER_DAY
    excuses = tuple(
        excuse
        for number, space in enumerate(spaces)
        for excuse in _excuses(number, space, random_of(seed, day, space.code), n_minutes)
    )
    is_off = np.zeros((len(spaces), n_minutes), bool)
    for outage in outages:
        is_off[outage.space, outage.from_min : outage.to_min] = True
    # A broken machine does not defrost.
    kept = tuple(e for e in excuses if e.kind != "defrost" or not is_off[e.space, e.from_min])
    phase = np.array([random_of(seed, day, f"{s.code} phase").random() for s in spaces])
    breakdowns = tuple((outage.space, outage.from_min) for outage in outages)
    return Air(_integrate(spaces, kept, is_off, phase), kept, breakdowns)


def _excuses(
    number: int, space: Space, chance: np.random.Generator, n_minutes: int
) -> list[Excuse]:
    found: list[Excuse] = []
    if not space.is_refrigerated:
        return found
    for midnight in range(0, n_minutes, MINUTES_PER_DAY):
        n_doors = int(chance.integers(4, 9) if space.is_vehicle else chance.integers(8, 15))
        starts = midnight + chance.integers(6 * 60, 20 * 60, n_doors)
        lengths = chance.integers(3, 11, n_doors)
        found += [
            Excuse(number, "door", int(start), int(start + length))
            for start, length in zip(starts, lengths, strict=True)
        ]
        if space.is_vehicle:
            start = midnight + int(chance.integers(4 * 60, 6 * 60))
            found.append(Excuse(number, "loading", start, start + int(chance.integers(15, 31))))
    every_h, length, _ = _DEFROSTS.get(space.temperature_class, _CHILLED_DEFROST)
    first = int(chance.integers(0, every_h * 60))
    found += [
        Excuse(number, "defrost", start, start + length)
        for start in range(first, n_minutes, every_h * 60)
    ]
    # Two doors may open in the same minute; the table knows one event per kind and moment.
    return list({(e.kind, e.from_min): e for e in found}.values())


def _breakdowns(
    spaces: Sequence[Space], chance: np.random.Generator, midnight: int, n_breakdowns: int
) -> tuple[tuple[int, int], ...]:
    """Choose what breaks: frozen rooms first, for they leave their band soonest."""
    rooms = [n for n, s in enumerate(spaces) if s.is_refrigerated and not s.is_vehicle]
    frozen = [n for n in rooms if spaces[n].temperature_class == "frozen"]
    others = [n for n in rooms if n not in frozen]
    chosen = [*chance.permutation(frozen), *chance.permutation(others)][:n_breakdowns]
    return tuple(
        (int(number), midnight + int(chance.integers(9 * 60, 15 * 60))) for number in chosen
    )


def _integrate(
    spaces: Sequence[Space], excuses: Sequence[Excuse], is_off: NDArray[np.bool_], phase: Floats
) -> Floats:
    """Walk through the minutes, all spaces at once (explicit Euler: a minute is short against 15)."""
    target = np.array([space.target_c for space in spaces])
    rate = np.array([_DEFROSTS.get(s.temperature_class, _CHILLED_DEFROST)[2] for s in spaces])
    shape = is_off.shape
    is_open, is_defrosting = np.zeros(shape, bool), np.zeros(shape, bool)
    for excuse in excuses:
        mask = is_defrosting if excuse.kind == "defrost" else is_open
        mask[excuse.space, excuse.from_min : excuse.to_min] = True
    value = np.empty(shape)
    now = target.copy()
    for minute in range(shape[1]):
        cycle = _CYCLE_K * np.sin(2 * np.pi * (minute / _CYCLE_MIN + phase))
        cooled = (target + cycle - now) / _COOLING_MIN
        change = np.where(is_off[:, minute], (_OUTSIDE_C - now) / _WALLS_MIN, cooled)
        change = np.where(is_defrosting[:, minute], rate, change)
        change += np.where(is_open[:, minute], (_DOCK_C - now) / _DOOR_MIN, 0.0)
        now = now + change
        value[:, minute] = now
    return value
