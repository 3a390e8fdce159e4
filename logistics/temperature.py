"""Owns the temperature classes: their bands, tolerances and intervals, each with its source."""

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal, get_args

TemperatureClass = Literal[
    "frozen", "deep_frozen", "chilled_meat", "chilled", "pharma_cold", "ambient"
]
CODES: Final[tuple[TemperatureClass, ...]] = get_args(TemperatureClass)

_MINUTE_S: Final = 60


class UnknownTemperatureClass(LookupError):
    """The code names none of the park's temperature classes."""


@dataclass(frozen=True, slots=True)
class Band:
    """A closed range of air temperature in °C; a side that is ``None`` is open."""

    lowest_c: float | None
    highest_c: float | None

    def __post_init__(self) -> None:
        """Refuse a band that is upside down."""
        if self.lowest_c is None or self.highest_c is None:
            return
        if self.lowest_c >= self.highest_c:
            message = f"band is upside down: {self.lowest_c} is not below {self.highest_c}"
            raise ValueError(message)

    def holds(self, value_c: float) -> bool:
        """Say whether the value lies in the band, both ends included."""
        is_warm_enough = self.lowest_c is None or value_c >= self.lowest_c
        is_cold_enough = self.highest_c is None or value_c <= self.highest_c
        return is_warm_enough and is_cold_enough


@dataclass(frozen=True, slots=True)
class Source:
    """Where some fields of a profile come from; ``is_ours`` marks the park's own default."""

    fields: tuple[str, ...]
    standard: str
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """How closely one kind of cold space is watched.

    Attributes
    ----------
    tolerance_s
        Time beyond the band before an excursion opens.
    interval_s
        Required distance of two readings.
    out_of_range_interval_s
        The same while the air is beyond the band.
    """

    tolerance_s: int
    interval_s: int
    out_of_range_interval_s: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most ``allowed_s`` beyond the band within any ``window_s``."""

    allowed_s: int
    window_s: int


@dataclass(frozen=True, slots=True)
class Profile:
    """One version of one temperature class; a park that changes a value makes a new version.

    Attributes
    ----------
    storage, transit
        The band of a room, and of a vehicle on its way.
    accept
        Goods outside this band are refused at a hand-over (both ends are still accepted).
    hard
        Beyond this band an excursion opens at once and is critical.
    must_return_soon, return_within_s
        A rise that the transit band allows must be brought back into the storage band, within this time.
    allowance
        How long the air may be beyond its band in all, however short each time was, where the park
        gives it a budget.
    hysteresis_c
        An excursion recovers only this far inside its limit.
    return_delay_s
        How long the air must stay recovered before the excursion closes.
    merge_gap_s
        Two excursions closer than this are one.
    context_rise_c, context_max_s
        A door, defrost or loading excuses at most this much beyond the band, for at most this long.
    gap_intervals
        A gap of up to this many intervals still counts as covered.
    least_coverage_percent
        Below it no shipment is called compliant.
    major_degree_minutes, critical_degree_minutes
        From these on an excursion is major, critical.
    humidity
        Band in percent of relative humidity, where the park gives one.
    humidity_hysteresis_pct
        A humidity excursion recovers only this far inside that band.
    """

    code: TemperatureClass
    version: int
    name_zh: str
    name_en: str
    storage: Band
    transit: Band
    accept: Band
    hard: Band
    room: Watch
    vehicle: Watch
    hysteresis_c: float
    return_delay_s: int
    least_coverage_percent: int
    sources: tuple[Source, ...]
    must_return_soon: bool = False
    return_within_s: int = 180 * _MINUTE_S
    allowance: Allowance | None = None
    merge_gap_s: int = 30 * _MINUTE_S
    context_rise_c: float = 3.0
    context_max_s: int = 45 * _MINUTE_S
    gap_intervals: int = 2
    major_degree_minutes: int = 60
    critical_degree_minutes: int = 300
    humidity: Band | None = None
    humidity_hysteresis_pct: float = 2.0

    def __post_init__(self) -> None:
        """Refuse an impossible profile."""
        if self.code not in CODES:
            message = f"unknown temperature class {self.code!r}; known are {', '.join(CODES)}"
            raise ValueError(message)
        if self.version < 1:
            message = f"{self.code}: version {self.version} is below 1"
            raise ValueError(message)
        if not 0 <= self.least_coverage_percent <= 100:  # noqa: PLR2004
            message = f"{self.code}: coverage {self.least_coverage_percent} % is not 0 to 100"
            raise ValueError(message)

    @property
    def key(self) -> str:
        """The name of this version, as a snapshot stores it: ``frozen@1``."""
        return f"{self.code}@{self.version}"

    def band(self, *, is_vehicle: bool) -> Band:
        """Return the band of the air in a vehicle or in a room."""
        return self.transit if is_vehicle else self.storage

    def watch(self, *, is_vehicle: bool) -> Watch:
        """Return how closely a vehicle or a room is watched."""
        return self.vehicle if is_vehicle else self.room

    def is_refused_at_handover(self, value_c: float) -> bool:
        """Say whether goods measured at this temperature are refused."""
        return not self.accept.holds(value_c)


def _watch(tolerance_min: int, interval_min: int, out_of_range_min: int | None = None) -> Watch:
    return Watch(
        tolerance_s=tolerance_min * _MINUTE_S,
        interval_s=interval_min * _MINUTE_S,
        out_of_range_interval_s=(out_of_range_min or interval_min) * _MINUTE_S,
    )


_OPEN: Final = Band(None, None)
_LADDER: Final = Source(
    (
        "merge_gap_s",
        "context_max_s",
        "gap_intervals",
        "major_degree_minutes",
        "critical_degree_minutes",
        "hysteresis_c",
        "return_delay_s",
        "least_coverage_percent",
        "return_within_s",
        "room.tolerance_s",
        "vehicle.tolerance_s",
    ),
    "park default",
    is_ours=True,
)
# Annex 2 lets the surface of part of a load rise by at most 3 °C for a short time at a defrost.
_DEFROST: Final = Source(("context_rise_c",), "ATP annex 2")
_VEHICLE_5_MIN: Final = Source(("vehicle.interval_s",), "GB/T 24616-2019")
_ROOM_10_MIN: Final = Source(("room.interval_s",), "park default", is_ours=True)

_FROZEN: Final = Profile(
    code="frozen",
    version=1,
    name_zh="冷冻",
    name_en="Frozen",
    storage=Band(None, -18.0),
    transit=Band(None, -15.0),
    accept=Band(None, -12.0),
    hard=Band(None, -12.0),
    must_return_soon=True,
    room=_watch(30, 10),
    vehicle=_watch(15, 5),
    hysteresis_c=0.5,
    return_delay_s=10 * _MINUTE_S,
    least_coverage_percent=95,
    sources=(
        Source(("storage",), "GB/T 24616-2019"),
        Source(("transit", "accept", "must_return_soon"), "DB31/T 388"),
        Source(("hard",), "park default: the refusal limit of DB31/T 388", is_ours=True),
        _VEHICLE_5_MIN,
        _ROOM_10_MIN,
        _DEFROST,
        _LADDER,
    ),
)

_DEEP_FROZEN: Final = replace(
    _FROZEN,
    code="deep_frozen",
    name_zh="深冷（冰淇淋）",
    name_en="Deep frozen (ice cream)",
    storage=Band(None, -20.0),
    transit=Band(None, -18.0),
    accept=Band(None, -15.0),
    hard=Band(None, -15.0),
    must_return_soon=False,
    sources=(
        Source(("storage",), "ATP annex 2"),
        Source(("transit", "accept", "hard"), "park default", is_ours=True),
        _VEHICLE_5_MIN,
        _ROOM_10_MIN,
        _DEFROST,
        _LADDER,
    ),
)

_CHILLED_MEAT: Final = Profile(
    code="chilled_meat",
    version=1,
    name_zh="冷鲜肉",
    name_en="Chilled meat",
    storage=Band(0.0, 4.0),
    transit=Band(0.0, 7.0),
    accept=Band(-2.0, 7.0),
    hard=Band(None, 10.0),
    room=_watch(20, 10),
    vehicle=_watch(15, 5),
    hysteresis_c=0.5,
    return_delay_s=10 * _MINUTE_S,
    least_coverage_percent=95,
    sources=(
        Source(("storage",), "DB31/T 388"),
        Source(("transit", "accept"), "DB31/T 388; ATP annex 3 (red meat 7 °C)"),
        Source(("hard",), "park default", is_ours=True),
        _VEHICLE_5_MIN,
        _ROOM_10_MIN,
        _DEFROST,
        _LADDER,
    ),
)

_CHILLED: Final = replace(
    _CHILLED_MEAT,
    code="chilled",
    name_zh="冷藏",
    name_en="Chilled",
    storage=Band(0.0, 8.0),
    transit=Band(0.0, 8.0),
    accept=Band(None, 10.0),
    hard=Band(None, 12.0),
    sources=(
        Source(("storage", "transit"), "GB/T 24616-2019"),
        Source(("accept", "hard"), "park default", is_ours=True),
        _VEHICLE_5_MIN,
        _ROOM_10_MIN,
        _DEFROST,
        _LADDER,
    ),
)

_PHARMA_COLD: Final = Profile(
    code="pharma_cold",
    version=1,
    name_zh="医药冷藏",
    name_en="Pharma cold",
    storage=Band(2.0, 8.0),
    transit=Band(2.0, 8.0),
    accept=Band(2.0, 8.0),
    hard=Band(None, 15.0),
    room=_watch(10, 30, 2),
    vehicle=_watch(5, 5, 2),
    hysteresis_c=0.3,
    return_delay_s=10 * _MINUTE_S,
    least_coverage_percent=98,
    allowance=Allowance(allowed_s=60 * _MINUTE_S, window_s=24 * 60 * _MINUTE_S),
    sources=(
        Source(("storage", "transit", "accept"), "GSP appendix 3"),
        Source(("room.interval_s", "vehicle.interval_s"), "GSP appendix 3"),
        Source(
            ("room.out_of_range_interval_s", "vehicle.out_of_range_interval_s"), "GSP appendix 3"
        ),
        Source(("hard",), "USP <1079.2>"),
        Source(("allowance",), "park default; its window is that of USP <1079.2>", is_ours=True),
        _DEFROST,
        _LADDER,
    ),
)

_AMBIENT: Final = Profile(
    code="ambient",
    version=1,
    name_zh="常温",
    name_en="Ambient",
    storage=Band(0.0, 35.0),
    transit=Band(-5.0, 40.0),
    accept=_OPEN,
    hard=_OPEN,
    room=_watch(120, 60),
    vehicle=_watch(120, 60),
    hysteresis_c=1.0,
    return_delay_s=30 * _MINUTE_S,
    # Monitored only where a sensor is, so missing readings do not speak against the goods.
    least_coverage_percent=0,
    # The return delay is 30 minutes, so only a wider gap lets two excursions be one.
    merge_gap_s=60 * _MINUTE_S,
    sources=(
        Source(
            ("storage", "transit", "room.interval_s", "vehicle.interval_s"),
            "park default",
            is_ours=True,
        ),
        _DEFROST,
        _LADDER,
    ),
)

PROFILES: Final = MappingProxyType(
    {
        one.code: one
        for one in (_FROZEN, _DEEP_FROZEN, _CHILLED_MEAT, _CHILLED, _PHARMA_COLD, _AMBIENT)
    }
)


def profile(code: str) -> Profile:
    """Return the profile in force for a class, or raise UnknownTemperatureClass."""
    for known in CODES:
        if known == code:
            return PROFILES[known]
    message = f"unknown temperature class {code!r}; known are {', '.join(CODES)}"
    raise UnknownTemperatureClass(message)
