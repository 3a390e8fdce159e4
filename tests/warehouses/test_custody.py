"""A shipment is in one place at a time, over half-open periods."""

from tests.warehouses.conftest import ColdStore, minute
from warehouses import custody
from warehouses.models import Stay


def stays(shipment_id: int) -> list[tuple[str, object, object]]:
    rows = Stay.objects.filter(shipment_id=shipment_id).order_by("from_at")
    return list(rows.values_list("cold_space__code", "from_at", "to_at"))


def test_moving_ends_the_last_stay_and_begins_the_next(cold: ColdStore) -> None:
    shipment = cold.shipment(1)
    assert custody.move(shipment_ids=[shipment.pk], cold_space_id=cold.frozen.pk, at=minute(0)) == 1
    assert custody.move(shipment_ids=[shipment.pk], cold_space_id=cold.truck.pk, at=minute(60)) == 1
    assert stays(shipment.pk) == [
        ("frozen", minute(0), minute(60)),
        ("truck", minute(60), None),
    ]


def test_moving_to_where_it_is_changes_nothing(cold: ColdStore) -> None:
    shipment = cold.shipment(1)
    custody.move(shipment_ids=[shipment.pk], cold_space_id=cold.frozen.pk, at=minute(0))
    assert custody.move(shipment_ids=[shipment.pk], cold_space_id=cold.frozen.pk, at=minute(9)) == 0
    assert stays(shipment.pk) == [("frozen", minute(0), None)]


def test_a_stay_of_no_length_never_was(cold: ColdStore) -> None:
    shipment = cold.shipment(1)
    custody.move(shipment_ids=[shipment.pk], cold_space_id=cold.frozen.pk, at=minute(0))
    custody.move(shipment_ids=[shipment.pk], cold_space_id=cold.truck.pk, at=minute(0))
    assert stays(shipment.pk) == [("truck", minute(0), None)]


def test_leaving_ends_the_stay_and_makes_the_verdict_due(cold: ColdStore) -> None:
    shipment = cold.shipment(1)
    custody.move(shipment_ids=[shipment.pk], cold_space_id=cold.frozen.pk, at=minute(0))
    Stay.objects.update(is_stale=False)
    assert custody.leave(shipment_ids=[shipment.pk], at=minute(30)) == 1
    stay = Stay.objects.get()
    assert (stay.to_at, stay.is_stale, stay.version) == (minute(30), True, 1)
    assert custody.leave(shipment_ids=[shipment.pk], at=minute(40)) == 0


def test_new_air_makes_only_the_stays_since_then_stale(cold: ColdStore) -> None:
    gone, here, elsewhere = (cold.shipment(number) for number in range(3))
    custody.move(shipment_ids=[gone.pk, here.pk], cold_space_id=cold.frozen.pk, at=minute(0))
    custody.move(shipment_ids=[elsewhere.pk], cold_space_id=cold.truck.pk, at=minute(0))
    custody.leave(shipment_ids=[gone.pk], at=minute(30))
    Stay.objects.update(is_stale=False)
    custody.mark_stale(from_by_space={cold.frozen.pk: minute(30)})
    assert list(Stay.objects.filter(is_stale=True).values_list("shipment_id", flat=True)) == [
        here.pk
    ]
    custody.mark_stale(from_by_space={cold.frozen.pk: minute(29)})
    assert Stay.objects.filter(is_stale=True).count() == 2
