"""Lets the carriers of a committed plan read the shipments they will carry, and only as long as they do."""

from collections.abc import Mapping
from datetime import datetime

from logistics.models import ShipmentParty
from routing.commit_changes import Changes
from routing.models import LoadShipment

CARRIER = "carrier"


def write(*, changes: Changes, at: datetime) -> None:
    """Open a row for each shipment's new carrier, close that of a carrier who lost it; none is deleted."""
    pairs = LoadShipment.objects.filter(
        load_id__in=changes.carried.keys() | changes.dropped.keys()
    ).values_list("shipment_id", "load_id")
    wanted = {
        shipment_id: changes.trip_of[load_id].carrier_id if load_id in changes.trip_of else None
        for shipment_id, load_id in pairs
    }
    hand_over(wanted=wanted, at=at)


def hand_over(*, wanted: Mapping[int, int | None], at: datetime) -> None:
    """Let exactly these carriers read the shipments, by primary keys; None closes what is open."""
    rows = ShipmentParty.objects.select_for_update().filter(
        shipment_id__in=wanted, role=CARRIER, to_at__isnull=True
    )
    open_rows = list(rows.order_by("pk"))
    closed = [row.pk for row in open_rows if wanted[row.shipment_id] != row.organization_id]
    kept = {row.shipment_id for row in open_rows if row.pk not in set(closed)}
    ShipmentParty.objects.filter(pk__in=closed).update(to_at=at)
    ShipmentParty.objects.bulk_create(
        ShipmentParty(shipment_id=shipment_id, organization_id=carrier_id, role=CARRIER, from_at=at)
        for shipment_id, carrier_id in sorted(wanted.items())
        if carrier_id is not None and shipment_id not in kept
    )
