"""What the events of the cold chain say: one typed payload per event name, with each KPI's figures."""

from datetime import datetime

from logistics.events import Payload, names


class ExcursionFigures(Payload, frozen=True, kw_only=True):
    """What every event of an excursion carries: the figures at that moment."""

    excursion: str
    cold_space: str
    temperature_class: str
    profile_version: str
    kind: str
    phase: str
    severity: str
    started_at: datetime
    ended_at: datetime | None
    found_at: datetime
    is_late_found: bool
    peak_c: float | None
    peak_pct: float | None = None
    beyond_s: int
    degree_minutes: float
    n_readings: int
    coverage_pct: float
    context: str
    revision: int


@names("temperature.excursion_opened")
class ExcursionOpened(ExcursionFigures, frozen=True, kw_only=True):
    """The air of a space was beyond its band for longer than tolerated, or beyond the hard limit."""


@names("temperature.excursion_recovered")
class ExcursionRecovered(ExcursionFigures, frozen=True, kw_only=True):
    """The air came back into the band; it must stay there for the return delay."""


@names("temperature.excursion_closed")
class ExcursionClosed(ExcursionFigures, frozen=True, kw_only=True):
    """The excursion is over: confirmed, or with an end that a gap swallowed (see `phase`)."""


@names("temperature.excursion_revised")
class ExcursionRevised(ExcursionFigures, frozen=True, kw_only=True):
    """Late data changed the answer: withdrawn, merged, open again, or of another severity."""


@names("sensor.silent")
class SensorSilent(Payload, frozen=True, kw_only=True):
    """A sensor sent nothing for longer than it may."""

    sensor: str
    cold_space: str
    silent_since_at: datetime
    interval_s: int


@names("sensor.heard")
class SensorHeard(Payload, frozen=True, kw_only=True):
    """A silent sensor spoke again."""

    sensor: str
    cold_space: str
    silent_since_at: datetime
    heard_at: datetime


@names("shipment.judged")
class ShipmentJudged(Payload, frozen=True, kw_only=True):
    """The temperature verdict of a shipment changed."""

    shipment: str
    waybill: str
    temperature_class: str
    verdict: str
    condition: str
    coverage_pct: float
    degree_minutes: float
    causes: list[str]
    profile_version: str
    revision: int
