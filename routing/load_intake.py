"""Takes loads in: new ones are booked, changed ones corrected while nobody has planned them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db import transaction

from logistics.booking import ShipmentDraft, book_shipments
from logistics.events import NewEvent, Payload, record_many
from logistics.models import Shipment
from logistics.scoping import Principal
from routing.load_event_types import LoadCorrected, LoadRegistered
from routing.models import Load, LoadShipment, LoadStatus
from warehouses.seeding import store_shipments

Key = tuple[int, str]
OPEN = frozenset({LoadStatus.DRAFT, LoadStatus.READY})
BATCH = 500
FIELDS = (
    "planning_date", "origin_id", "destination_id", "temperature_class", "category_id",
    "weight_kg", "volume_l", "n_pallets", "pickup_from_at", "pickup_to_at", "delivery_from_at",
    "delivery_to_at", "service_s", "priority", "locked_carrier_id",
)  # fmt: skip
SHARED = ("origin_id", "destination_id", "temperature_class", "weight_kg", "volume_l", "n_pallets")


class Outcome(StrEnum):
    """What became of one row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class LoadDraft:
    """One load about to be taken in; `stored_from_at` is since when its goods lie in the origin."""

    reference: str
    shipper_id: int
    planning_date: date
    origin_id: int
    destination_id: int
    temperature_class: str
    category_id: int
    weight_kg: int
    volume_l: int
    n_pallets: int
    pickup_from_at: datetime
    pickup_to_at: datetime
    delivery_from_at: datetime
    delivery_to_at: datetime
    service_s: int
    priority: int
    locked_carrier_id: int | None
    is_synthetic: bool
    shipments: tuple[ShipmentDraft, ...]
    stored_from_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of one draft, and the load as it stands now."""

    outcome: Outcome
    load: Load


def put_loads(*, drafts: Sequence[LoadDraft], by: Principal, at: datetime) -> list[Intake]:
    """Write loads by shipper and reference: the answer follows the drafts, a refused one changes nothing."""
    with transaction.atomic():
        known = _known(drafts)
        changes = {
            _key(draft): _differences(draft, known[_key(draft)])
            for draft in drafts
            if _key(draft) in known
        }
        _create([draft for draft in drafts if _key(draft) not in known], by=by, at=at)
        open_ = [d for d in drafts if changes.get(_key(d)) and known[_key(d)].status in OPEN]
        _correct([(draft, known[_key(draft)]) for draft in open_], by=by, at=at)
        rows = _known(drafts)
    corrected = {_key(draft) for draft in open_}
    return [
        Intake(_outcome(_key(draft), changes, corrected), rows[_key(draft)]) for draft in drafts
    ]


def _outcome(key: Key, changes: dict[Key, list[str]], corrected: set[Key]) -> Outcome:
    if key not in changes:
        return Outcome.CREATED
    if not changes[key]:
        return Outcome.UNCHANGED
    return Outcome.UPDATED if key in corrected else Outcome.REFUSED


def _key(draft: LoadDraft) -> Key:
    return draft.shipper_id, draft.reference


def _known(drafts: Sequence[LoadDraft]) -> dict[Key, Load]:
    found = {}
    references = sorted({draft.reference for draft in drafts})
    for first in range(0, len(references), BATCH):
        rows = Load.objects.select_for_update().filter(
            reference__in=references[first : first + BATCH]
        )
        found.update({(row.shipper_id, row.reference): row for row in rows})
    return found


def _differences(draft: LoadDraft, load: Load) -> list[str]:
    return [name for name in FIELDS if getattr(draft, name) != getattr(load, name)]


def _create(drafts: Sequence[LoadDraft], *, by: Principal, at: datetime) -> None:
    loads = Load.objects.bulk_create([_row(draft, at) for draft in drafts])
    shipments = book_shipments(
        drafts=[shipment for draft in drafts for shipment in draft.shipments], at=at
    )
    owners = [
        (load, draft) for load, draft in zip(loads, drafts, strict=True) for _ in draft.shipments
    ]
    pairs = list(zip(owners, shipments, strict=True))
    LoadShipment.objects.bulk_create(
        LoadShipment(load=load, shipment=shipment) for (load, _), shipment in pairs
    )
    stored = [
        (shipment, draft.stored_from_at)
        for (_, draft), shipment in pairs
        if draft.stored_from_at is not None
    ]
    store_shipments(shipments=stored)
    _tell((_registered(load) for load in loads), loads, by=by, at=at)


def _correct(pairs: Sequence[tuple[LoadDraft, Load]], *, by: Principal, at: datetime) -> None:
    changes = []
    for draft, load in pairs:
        names = _differences(draft, load)
        for name in names:
            setattr(load, name, getattr(draft, name))
        load.version += 1
        load.updated_at = at
        changes.append(_corrected(load, names))
    loads = [load for _, load in pairs]
    Load.objects.bulk_update(loads, [*FIELDS, "version", "updated_at"], batch_size=BATCH)
    _correct_shipments(pairs, at)
    _tell(changes, loads, by=by, at=at)


def _correct_shipments(pairs: Sequence[tuple[LoadDraft, Load]], at: datetime) -> None:
    """Let the waybill of a load of one shipment follow it; several keep what was booked."""
    rows = []
    for draft, load in pairs:
        shipments = list(Shipment.objects.filter(in_load__load=load))
        if len(shipments) != 1:
            continue
        shipment = shipments[0]
        for name in SHARED:
            setattr(shipment, name, getattr(load, name))
        shipment.consignee_id = draft.shipments[0].consignee_id
        shipment.requested_from_at = load.delivery_from_at
        shipment.requested_to_at = load.delivery_to_at
        shipment.updated_at = at
        shipment.version += 1
        rows.append(shipment)
    fields = [
        *SHARED,
        "consignee_id",
        "requested_from_at",
        "requested_to_at",
        "updated_at",
        "version",
    ]
    Shipment.objects.bulk_update(rows, [name.removesuffix("_id") for name in fields])


def _row(draft: LoadDraft, at: datetime) -> Load:
    return Load(
        reference=draft.reference,
        shipper_id=draft.shipper_id,
        status=LoadStatus.READY,
        is_synthetic=draft.is_synthetic,
        created_at=at,
        updated_at=at,
        **{name: getattr(draft, name) for name in FIELDS},
    )


def _tell(
    payloads: Iterable[Payload], loads: Sequence[Load], *, by: Principal, at: datetime
) -> None:
    events = [
        NewEvent(
            payload=payload,
            subject_id=load.public_id,
            subject_kind="load",
            occurred_at=at,
            audience=frozenset({load.shipper_id}),
        )
        for payload, load in zip(payloads, loads, strict=True)
    ]
    if events:
        record_many(events=events, by=by, recorded_at=at)


def _registered(load: Load) -> LoadRegistered:
    return LoadRegistered(
        load=load.public_id,
        reference=load.reference,
        planning_date=load.planning_date,
        temperature_class=load.temperature_class,
        weight_kg=load.weight_kg,
        volume_l=load.volume_l,
        n_pallets=load.n_pallets,
        due_at=load.delivery_to_at,
    )


def _corrected(load: Load, names: Sequence[str]) -> LoadCorrected:
    return LoadCorrected(
        load=load.public_id,
        reference=load.reference,
        planning_date=load.planning_date,
        fields=[name.removesuffix("_id") for name in names],
        version=load.version,
        weight_kg=load.weight_kg,
        volume_l=load.volume_l,
        n_pallets=load.n_pallets,
        due_at=load.delivery_to_at,
    )
