"""Books waybills: a shipment with its lines and its first readers, many at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from logistics.models import PartyRole, Shipment, ShipmentLine, ShipmentParty, ShipmentStatus


@dataclass(frozen=True, slots=True)
class LineDraft:
    """Goods of one product and lot."""

    product_id: int
    quantity: int
    unit: str
    lot: str
    produced_date: date | None
    expires_date: date | None


@dataclass(frozen=True, slots=True)
class ShipmentDraft:
    """One waybill about to be booked."""

    waybill: str
    reference: str
    shipper_id: int
    consignee_id: int | None
    origin_id: int
    destination_id: int
    temperature_class: str
    weight_kg: int
    volume_l: int
    n_pallets: int
    requested_from_at: datetime
    requested_to_at: datetime
    is_synthetic: bool
    is_stored: bool
    lines: tuple[LineDraft, ...]


def book_shipments(*, drafts: Sequence[ShipmentDraft], at: datetime) -> list[Shipment]:
    """Write new waybills with their lines; shipper and consignee become their first readers."""
    with transaction.atomic():
        rows = Shipment.objects.bulk_create([_shipment(draft, at) for draft in drafts])
        pairs = list(zip(rows, drafts, strict=True))
        ShipmentLine.objects.bulk_create(
            ShipmentLine(
                shipment=row,
                product_id=line.product_id,
                quantity=line.quantity,
                unit=line.unit,
                lot=line.lot,
                produced_date=line.produced_date,
                expires_date=line.expires_date,
            )
            for row, draft in pairs
            for line in draft.lines
        )
        ShipmentParty.objects.bulk_create(
            ShipmentParty(shipment=row, organization_id=reader, role=role, from_at=at)
            for row, draft in pairs
            for reader, role in (
                (draft.shipper_id, PartyRole.SHIPPER),
                (draft.consignee_id, PartyRole.CONSIGNEE),
            )
            if reader
        )
    return rows


def _shipment(draft: ShipmentDraft, at: datetime) -> Shipment:
    return Shipment(
        waybill=draft.waybill,
        reference=draft.reference,
        shipper_id=draft.shipper_id,
        consignee_id=draft.consignee_id,
        origin_id=draft.origin_id,
        destination_id=draft.destination_id,
        temperature_class=draft.temperature_class,
        status=ShipmentStatus.STORED if draft.is_stored else ShipmentStatus.BOOKED,
        weight_kg=draft.weight_kg,
        volume_l=draft.volume_l,
        n_pallets=draft.n_pallets,
        requested_from_at=draft.requested_from_at,
        requested_to_at=draft.requested_to_at,
        created_at=at,
        updated_at=at,
        is_synthetic=draft.is_synthetic,
    )
