"""A state moves once, along its table of moves, with its event, or not at all."""

import pytest

from logistics import events
from logistics.errors import ForbiddenMove, StaleState
from logistics.models import Event, Shipment, ShipmentStatus
from logistics.transitions import advance
from tests.cast import NOW, Cast


@events.names("test.moved")
class Moved(events.Payload, frozen=True):
    """A payload of the tests alone."""

    to: str


@pytest.fixture
def shipment(cast: Cast) -> Shipment:
    return Shipment.objects.create(
        waybill="W-1",
        shipper=cast.shipper.organization,
        reference="R-1",
        origin=cast.warehouse_site,
        destination=cast.park_site,
        temperature_class="frozen",
        weight_kg=900,
        volume_l=2000,
        n_pallets=2,
        created_at=NOW,
        updated_at=NOW,
    )


def move(shipment: Shipment, to: str, cast: Cast) -> None:
    advance(row=shipment, to=to, by=cast.system, at=NOW, payload=Moved(to=to))


def test_a_move_of_the_table_changes_the_row_and_records_its_event(
    cast: Cast, shipment: Shipment
) -> None:
    move(shipment, ShipmentStatus.RECEIVED, cast)
    shipment.refresh_from_db()
    assert shipment.status == ShipmentStatus.RECEIVED
    event = Event.objects.get(name="test.moved")
    assert (event.subject_id, event.subject_kind) == (shipment.public_id, "shipment")


def test_a_move_that_the_table_does_not_have_is_refused_and_leaves_no_event(
    cast: Cast, shipment: Shipment
) -> None:
    with pytest.raises(ForbiddenMove, match="cannot go from booked to delivered"):
        move(shipment, ShipmentStatus.DELIVERED, cast)
    assert not Event.objects.exists()


def test_of_two_who_move_the_same_row_one_is_told_that_it_was_too_late(
    cast: Cast, shipment: Shipment
) -> None:
    other = Shipment.objects.get(pk=shipment.pk)
    move(shipment, ShipmentStatus.RECEIVED, cast)
    with pytest.raises(StaleState, match="somebody was faster"):
        move(other, ShipmentStatus.RECEIVED, cast)
    assert Event.objects.filter(name="test.moved").count() == 1
