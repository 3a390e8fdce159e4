"""Owns the shapes of a dossier's papers, and how they are written: one way only, so that bytes can be compared.

Every time is in seconds since the epoch, UTC; temperatures of limits are hundredths of a degree. A paper is
JSON in UTF-8 with sorted keys and no room to move.
"""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Final

import msgspec

from warehouses.compliance.limits import Limits

FORMAT: Final = "luohe-dossier-1"
_ABSENT: Final = "(absent)"


class _Paper(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A shape that takes no field it does not know."""


class Party(_Paper, frozen=True):
    """A legal party; both names."""

    id: str
    name_zh: str
    name_en: str


class Place(_Paper, frozen=True):
    """Where goods come from or go to."""

    id: str
    name_zh: str
    name_en: str


class Line(_Paper, frozen=True):
    """One product of the waybill; days as ISO dates."""

    product: str
    name_zh: str
    name_en: str
    gtin: str
    category: str
    quantity: int
    unit: str
    lot: str
    produced_on: str | None
    expires_on: str | None


class Subject(_Paper, frozen=True):
    """The goods as their waybill names them; weight in kg."""

    id: str
    waybill: str
    reference: str
    temperature_class: str
    status: str
    shipper: Party
    consignee: Party | None
    origin: Place
    destination: Place
    weight_kg: int
    n_pallets: int
    lines: tuple[Line, ...]
    units: tuple[str, ...]


class ProfileSource(_Paper, frozen=True):
    """Where some fields of the profile come from."""

    fields: tuple[str, ...]
    standard: str
    is_ours: bool


class ProfilePaper(_Paper, frozen=True):
    """The version of the temperature class that judges; `accept_*` at a hand-over, inclusive."""

    key: str
    name_zh: str
    name_en: str
    room: Limits
    vehicle: Limits
    accept_lowest_centi_c: int | None
    accept_highest_centi_c: int | None
    least_coverage_percent: int
    sources: tuple[ProfileSource, ...]


class Space(_Paper, frozen=True):
    """One volume of air, and who answers for it."""

    id: str
    code: str
    name_zh: str
    name_en: str
    is_vehicle: bool
    keeper: Party


class StayPaper(_Paper, frozen=True):
    """The goods were in a space over ``[from_s, to_s)``; ``is_open`` ends at the moment of making."""

    space: str
    from_s: int
    to_s: int
    is_open: bool


class DocumentPaper(_Paper, frozen=True):
    """A document of the shipment, known by its hash."""

    id: str
    kind: str
    media_type: str
    size_bytes: int
    sha256: str


class Recorded(_Paper, frozen=True):
    """An excursion of a space on record while the goods were there, judged by the space's own class."""

    id: str
    space: str
    from_s: int
    to_s: int | None
    severity: str
    profile: str
    revision: int
    cause: str
    disposition: str
    meaning: str


class Facts(_Paper, frozen=True):
    """What the dossier takes from the books, asserted by its signature."""

    format: str
    made_s: int
    subject: Subject
    profile: ProfilePaper
    spaces: tuple[Space, ...]
    stays: tuple[StayPaper, ...]
    recorded: tuple[Recorded, ...]
    documents: tuple[DocumentPaper, ...]
    missing_documents: tuple[str, ...]
    judged_revision: int | None


class ContextPaper(_Paper, frozen=True):
    """A door, a defrost or a loading over ``[from_s, to_s)``."""

    kind: str
    from_s: int
    to_s: int


class KnownPaper(_Paper, frozen=True):
    """An excursion on record, and whether a person released the goods."""

    from_s: int
    to_s: int
    is_released: bool


class BlockPaper(_Paper, frozen=True):
    """The header of a sealed block; its packed readings are a member of the file. Digests in hex."""

    hour_s: int
    revision: int
    number: int
    n: int
    least_centi_c: int
    most_centi_c: int
    max_gap_s: int
    span_s: int
    covered_s: int
    weighted_s: float
    previous: str
    digest: str
    member: str


class OffsetPaper(_Paper, frozen=True):
    """What a sensor's certificate adds to its raw values over ``[from_s, to_s)``."""

    certificate: str
    from_s: int
    to_s: int
    offset_centi_c: int


class SensorPaper(_Paper, frozen=True):
    """One sensor with the chain of its blocks."""

    id: str
    code: str
    space: str
    calibrated_on: str | None
    calibration_due_on: str | None
    blocks: tuple[BlockPaper, ...]
    # Absent from dossiers that were made before certificates counted: nothing was added then.
    offsets: tuple[OffsetPaper, ...] = ()


class AirPaper(_Paper, frozen=True):
    """What excuses or explains the air of a space, and which excursions there a person released."""

    space: str
    contexts: tuple[ContextPaper, ...]
    known: tuple[KnownPaper, ...]


class Evidence(_Paper, frozen=True):
    """What the statement is computed from, together with the packed readings."""

    airs: tuple[AirPaper, ...]
    sensors: tuple[SensorPaper, ...]


def written(value: Any) -> bytes:
    """Write a paper in its only form."""
    return msgspec.json.encode(value, order="sorted") + b"\n"


Different = tuple[str, Any, Any]


def first_difference(says: Any, found: Any) -> Different | None:
    """Return path, stated and computed value of the first difference of two JSON values, or None."""
    return next(_differences(says, found, ""), None)


def _differences(says: Any, found: Any, path: str) -> Iterator[Different]:
    if isinstance(says, dict) and isinstance(found, dict):
        for key in sorted({*says, *found}):
            place = f"{path}.{key}".removeprefix(".")
            yield from _differences(says.get(key, _ABSENT), found.get(key, _ABSENT), place)
    elif isinstance(says, list) and isinstance(found, list):
        for i, (one, other) in enumerate(zip_longest(says, found, fillvalue=_ABSENT)):
            yield from _differences(one, other, f"{path}[{i}]")
    elif type(says) is not type(found) or says != found:
        yield path, says, found
