"""What the events of people's answers to an excursion say, and of the calls for one."""

from datetime import datetime

from logistics.events import Payload, names


class Handled(Payload, frozen=True, kw_only=True):
    """What every answer carries: which excursion, how it stood when they decided, who, as what."""

    excursion: str
    cold_space: str
    temperature_class: str
    severity: str
    phase: str
    revision: int
    found_at: datetime
    by: str
    role: str


@names("temperature.excursion_acknowledged")
class ExcursionAcknowledged(Handled, frozen=True, kw_only=True):
    """Somebody takes care of it. The time to acknowledge runs from `found_at`."""

    comment: str
    level: int


@names("temperature.excursion_cause_named")
class ExcursionCauseNamed(Handled, frozen=True, kw_only=True):
    """Somebody wrote down the cause; an earlier one is kept as `was`."""

    cause: str
    note: str
    was: str


@names("temperature.excursion_dispositioned")
class ExcursionDispositioned(Handled, frozen=True, kw_only=True):
    """A person signed what is done with the goods."""

    disposition: str
    cause: str
    meaning: str


@names("alarm.escalated")
class AlarmEscalated(Payload, frozen=True, kw_only=True):
    """The people of a step of the ladder are called; `n_called` is how many, robots included.

    It is about an excursion, or about a sensor that says nothing.
    """

    alarm: str
    excursion: str | None
    sensor: str | None = None
    cold_space: str
    severity: str
    revision: int
    level: int
    n_called: int
