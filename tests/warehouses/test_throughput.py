"""What leaves the docks, hour by hour and class by class."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics.scoping import Principal, Role
from tests.warehouses.conftest import ColdStore
from warehouses.models import Dock, DockAppointment, Park, Warehouse
from warehouses.throughput import ClassProfile, Flow, hour_profile

DAY = date(2026, 11, 24)
LOCAL_MIDNIGHT = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


@pytest.fixture
def dock(cold: ColdStore) -> Dock:
    park = Park.objects.create(site=cold.site, operator=cold.keeper)
    warehouse = Warehouse.objects.create(
        park=park, site=cold.site, operator=cold.keeper, code="cold-w"
    )
    return Dock.objects.create(
        warehouse=warehouse, code="cold-d", name="1", temperature_class="frozen"
    )


def book(
    cold: ColdStore, dock: Dock, ends_h: float, *, n: int = 10, goods: str = "frozen",
    status: str = "scheduled",
) -> None:  # fmt: skip
    to_at = LOCAL_MIDNIGHT + timedelta(hours=ends_h)
    DockAppointment.objects.create(
        dock=dock,
        carrier=cold.keeper,
        reference=f"{ends_h}-{goods}-{status}",
        temperature_class=goods,
        status=status,
        n_pallets=n,
        weight_kg=100 * n,
        from_at=to_at - timedelta(hours=1),
        to_at=to_at,
    )


def hours(profile: ClassProfile) -> dict[int, int]:
    return {hour: flow.n_pallets for hour, flow in enumerate(profile.hours) if flow.n_pallets}


def test_pallets_count_in_the_local_hour_in_which_their_loading_ends(
    cold: ColdStore, dock: Dock
) -> None:
    book(cold, dock, 5.5, n=10)
    book(cold, dock, 5.99, n=4)
    book(cold, dock, 6.0, n=1)
    book(cold, dock, 6.5, n=7, goods="chilled")
    frozen, chilled = hour_profile(on_date=DAY)
    assert (frozen.temperature_class, hours(frozen)) == ("frozen", {5: 14, 6: 1})
    assert (chilled.temperature_class, hours(chilled)) == ("chilled", {6: 7})
    assert frozen.hours[5] == Flow(n_appointments=2, n_pallets=14, weight_kg=1400)
    assert frozen.total == Flow(n_appointments=3, n_pallets=15, weight_kg=1500)


def test_midnight_belongs_to_the_day_that_begins(cold: ColdStore, dock: Dock) -> None:
    book(cold, dock, 0, n=1)
    book(cold, dock, 23.99, n=2)
    book(cold, dock, 24, n=4)
    (frozen,) = hour_profile(on_date=DAY)
    assert hours(frozen) == {0: 1, 23: 2}


@pytest.mark.parametrize("status", ["rejected", "rescheduled", "cancelled", "no_show"])
def test_what_never_comes_does_not_count(cold: ColdStore, dock: Dock, status: str) -> None:
    book(cold, dock, 5, status=status)
    assert hour_profile(on_date=DAY) == ()


def test_what_is_loaded_already_is_told_apart(cold: ColdStore, dock: Dock) -> None:
    book(cold, dock, 5.1, n=3)
    book(cold, dock, 5.2, n=5, status="completed")
    book(cold, dock, 5.3, n=8, status="released")
    book(cold, dock, 5.4, n=1, status="in_progress")
    (frozen,) = hour_profile(on_date=DAY)
    assert frozen.hours[5] == Flow(4, 17, 1700, 13)


def test_a_principal_sees_the_throughput_of_what_it_may_see(cold: ColdStore, dock: Dock) -> None:
    book(cold, dock, 5)
    own = Principal(role=Role.CARRIER, label="own", organization_id=cold.keeper.pk)
    other = Principal(role=Role.CARRIER, label="other", organization_id=cold.shipper.pk)
    assert len(hour_profile(on_date=DAY, principal=own)) == 1
    assert hour_profile(on_date=DAY, principal=other) == ()


def test_a_day_is_one_query(cold: ColdStore, dock: Dock) -> None:
    for ends_h in range(1, 20):
        book(cold, dock, ends_h)
    with CaptureQueriesContext(connection) as queries:
        hour_profile(on_date=DAY)
    assert len(queries) == 1
