"""A dock never serves two vehicles at once, and a booking is given back only before its vehicle comes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from logistics.events import read_payload
from logistics.models import Event
from tests.cast import Cast
from tests.factories import local, make_park
from warehouses.docks import Booking, DockOccupied, book, cancel, taken
from warehouses.event_types import DockAppointmentCancelled, DockAppointmentScheduled
from warehouses.models import DockAppointment

NOW = local(0)


def booking(cast: Cast, dock_id: int, *, reference: str = "tr_1", hour: float = 5) -> Booking:
    return Booking(
        dock_id=dock_id,
        carrier_id=cast.yto.organization.pk,
        reference=reference,
        temperature_class="frozen",
        plate="豫LA0001",
        n_pallets=8,
        weight_kg=4_000,
        from_at=local(hour),
        to_at=local(hour + 1),
    )


def test_a_booking_becomes_an_appointment_with_an_event_for_its_carrier(cast: Cast) -> None:
    dock = make_park(cast).docks[0]
    [row] = book(bookings=[booking(cast, dock.pk)], by=cast.system, at=NOW)
    assert (row.status, row.reference, row.n_pallets) == ("scheduled", "tr_1", 8)
    [event] = Event.objects.visible_to(cast.yto.principal)
    payload = read_payload(event)
    assert isinstance(payload, DockAppointmentScheduled)
    assert (payload.dock, payload.warehouse, payload.from_at) == (dock.code, "w1", row.from_at)
    assert not Event.objects.visible_to(cast.new_era.principal).exists()


@pytest.mark.parametrize("shift_h", [-0.5, 0, 0.5])
def test_an_overlap_with_a_booking_refuses_all_and_books_none(cast: Cast, shift_h: float) -> None:
    first, second, *_ = make_park(cast).docks
    book(bookings=[booking(cast, first.pk)], by=cast.system, at=NOW)
    wanted = [
        booking(cast, second.pk, reference="tr_2"),
        booking(cast, first.pk, reference="tr_3", hour=5 + shift_h),
    ]
    with pytest.raises(DockOccupied, match=f"Dock {first.name} .*already booked"):
        book(bookings=wanted, by=cast.system, at=NOW)
    assert DockAppointment.objects.count() == 1


def test_two_bookings_of_one_call_may_not_overlap_but_may_touch(cast: Cast) -> None:
    dock = make_park(cast).docks[0]
    first = booking(cast, dock.pk)
    second = replace(first, reference="tr_2", from_at=first.to_at, to_at=local(7))
    early = replace(second, from_at=second.from_at - timedelta(seconds=1))
    with pytest.raises(DockOccupied):
        book(bookings=[first, early], by=cast.system, at=NOW)
    assert len(book(bookings=[second, first], by=cast.system, at=NOW)) == 2


@pytest.mark.parametrize("status", ["cancelled", "no_show", "released", "rejected"])
def test_an_appointment_that_is_over_blocks_nothing(cast: Cast, status: str) -> None:
    dock = make_park(cast).docks[0]
    book(bookings=[booking(cast, dock.pk)], by=cast.system, at=NOW)
    DockAppointment.objects.update(status=status)
    assert not taken(dock_ids=[dock.pk], from_at=local(0), to_at=local(24)).exists()
    book(bookings=[booking(cast, dock.pk, reference="tr_2")], by=cast.system, at=NOW)


def test_only_a_scheduled_booking_is_given_back(cast: Cast) -> None:
    first, second, *_ = make_park(cast).docks
    wanted = [booking(cast, first.pk), booking(cast, second.pk, reference="tr_2")]
    book(bookings=wanted, by=cast.system, at=NOW)
    DockAppointment.objects.filter(reference="tr_2").update(status="docked")
    gone = cancel(references=["tr_1", "tr_2", "tr_9"], reason="why", by=cast.system, at=NOW)
    assert [(row.reference, row.status) for row in gone] == [("tr_1", "cancelled")]
    assert DockAppointment.objects.get(reference="tr_2").status == "docked"
    payload = read_payload(Event.objects.get(name="dock_appointment.cancelled"))
    assert isinstance(payload, DockAppointmentCancelled)
    assert (payload.reference, payload.reason) == ("tr_1", "why")


def test_booking_nothing_is_nothing(cast: Cast) -> None:
    assert book(bookings=[], by=cast.system, at=NOW) == []
    assert not Event.objects.exists()
