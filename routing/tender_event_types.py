"""What the events of tendering say.

No payload holds an amount, for the log has readers who see no rates, nor a rank, which would tell a
carrier how many were asked before it.
"""

from datetime import datetime

from logistics.events import Payload, names


class _Tender(Payload, frozen=True, kw_only=True):
    tender: str
    trip: str
    carrier: str


@names("tender.offered")
class TenderOffered(_Tender, frozen=True, kw_only=True):
    """A trip is offered to a carrier until a moment."""

    expires_at: datetime
    starts_at: datetime
    temperature_classes: list[str]
    weight_kg: int
    n_pallets: int
    n_stops: int


@names("tender.accepted")
class TenderAccepted(_Tender, frozen=True, kw_only=True):
    """The carrier takes the trip; `answer_s` are the seconds since the offer."""

    plate: str
    driver: str
    answer_s: int
    is_counter: bool


@names("tender.declined")
class TenderDeclined(_Tender, frozen=True, kw_only=True):
    """The carrier refuses the offer, or the park its counter-offer (`is_by_park`)."""

    reason: str
    answer_s: int
    is_by_park: bool


@names("tender.countered")
class TenderCountered(_Tender, frozen=True, kw_only=True):
    """The carrier asks for another amount or window; the park answers."""

    answer_s: int
    pickup_from_at: datetime | None
    pickup_to_at: datetime | None


@names("tender.expired")
class TenderExpired(_Tender, frozen=True, kw_only=True):
    """Nobody answered in time."""


@names("tender.withdrawn")
class TenderWithdrawn(_Tender, frozen=True, kw_only=True):
    """The park takes the offer back."""

    reason: str


@names("trip.untendered")
class TripUntendered(Payload, frozen=True, kw_only=True):
    """No carrier took the trip, or the park gave its tender up: its loads are ready to be planned again."""

    trip: str
    n_offers: int
    n_loads: int
    reason: str
