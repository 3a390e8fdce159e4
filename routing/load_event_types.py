"""What the events of taking loads in say."""

from datetime import date, datetime

from logistics.events import Payload, names


@names("load.registered")
class LoadRegistered(Payload, frozen=True, kw_only=True):
    """A load came in: what has to be where by when."""

    load: str
    reference: str
    planning_date: date
    temperature_class: str
    weight_kg: int
    volume_l: int
    n_pallets: int
    due_at: datetime


@names("load.corrected")
class LoadCorrected(Payload, frozen=True, kw_only=True):
    """A load that nobody had planned yet came in again with other figures; `fields` names them."""

    load: str
    reference: str
    planning_date: date
    fields: list[str]
    version: int
    weight_kg: int
    volume_l: int
    n_pallets: int
    due_at: datetime
