"""A shipment's verdict is what the sensors of its spaces say over its stays, by its own class."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from logistics import events
from logistics.models import Event, Shipment
from tests.warehouses.conftest import ColdStore, alive, minute
from warehouses import custody, judging, silence, verdicts
from warehouses.cold_event_types import ShipmentJudged
from warehouses.models import Excursion, ShipmentVerdict, Stay
from warehouses.monitoring import evaluate_due
from warehouses.verdicts import Judged, judge_due

HOUR = 60


def put(cold: ColdStore, shipment: Shipment, code: str, at_min: int) -> None:
    space = {"frozen": cold.frozen, "chilled": cold.chilled, "truck": cold.truck}[code]
    custody.move(shipment_ids=[shipment.pk], cold_space_id=space.pk, at=minute(at_min))


def current(shipment: Shipment) -> ShipmentVerdict:
    return ShipmentVerdict.objects.get(shipment=shipment, is_current=True)


def causes(shipment: Shipment) -> list[str]:
    return [reason["cause"] for reason in current(shipment).reasons]


def condition(shipment: Shipment) -> str:
    return Shipment.objects.get(pk=shipment.pk).condition


def test_goods_in_a_cold_room_are_compliant(cold: ColdStore) -> None:
    shipment = cold.shipment(1)
    put(cold, shipment, "frozen", 0)
    cold.send("f1", [-20] * 13)
    evaluate_due(at=minute(60))
    assert judge_due(at=minute(60)) == Judged(n_compliant=1, n_changed=1)
    verdict = current(shipment)
    assert (verdict.verdict, verdict.coverage_pct, verdict.reasons) == ("compliant", 100, [])
    assert (verdict.revision, verdict.profile_version) == (1, "frozen@1")
    assert condition(shipment) == "conformant"


def test_goods_in_a_room_that_broke_down_are_breached(cold: ColdStore) -> None:
    shipment = cold.shipment(1)
    put(cold, shipment, "frozen", 0)
    cold.send("f1", [-20, *[-14] * 12])
    judging.catch_up(at=minute(60))
    verdict = current(shipment)
    assert (verdict.verdict, causes(shipment)) == ("breached", ["excursion"])
    assert verdict.degree_minutes == pytest.approx(55 * 4 + 5 * 4 / 2)
    assert verdict.reasons[0]["from_at"] == minute(5).isoformat()
    assert verdict.reasons[0]["figure"] == "major"
    assert condition(shipment) == "non_conformant"


def test_only_what_the_goods_went_through_counts(cold: ColdStore) -> None:
    before, during = cold.shipment(1), cold.shipment(2)
    put(cold, before, "frozen", 0)
    cold.send("f1", [*[-20] * 12, *[-14] * 12, *[-20] * 12])
    cold.send("t1", [-20] * 25, from_min=60)
    custody.move(shipment_ids=[before.pk], cold_space_id=cold.truck.pk, at=minute(60))
    put(cold, during, "frozen", 110)
    custody.leave(shipment_ids=[before.pk, during.pk], at=minute(180))
    judging.catch_up(at=minute(180))
    assert current(before).verdict == "compliant"
    # Two readings of the breakdown were shared: minor, and so for a person to release.
    assert (current(during).verdict, causes(during)) == ("not_proven", ["minor_excursion"])


def test_a_gap_makes_goods_not_proven(cold: ColdStore) -> None:
    shipment = cold.shipment(1)
    put(cold, shipment, "frozen", 0)
    cold.send("f1", [-20] * 12)
    cold.send("f1", [-20] * 12, from_min=120)
    judging.catch_up(at=minute(175))
    verdict = current(shipment)
    assert (verdict.verdict, causes(shipment)) == ("not_proven", ["low_coverage"])
    assert verdict.coverage_pct == pytest.approx(100 * (175 - 65) / 175, abs=0.1)
    assert condition(shipment) == "under_review"


def test_a_second_sensor_covers_the_gap_of_the_first(cold: ColdStore) -> None:
    shipment = cold.shipment(1)
    put(cold, shipment, "frozen", 0)
    cold.send("f1", [-20] * 12)
    cold.send("f1", [-20] * 12, from_min=120)
    cold.send("f2", [-20] * 36)
    judging.catch_up(at=minute(175))
    assert current(shipment).verdict == "compliant"


def test_a_gap_that_swallows_the_end_of_an_excursion_blocks_compliant(cold: ColdStore) -> None:
    shipment = cold.shipment(1)
    put(cold, shipment, "frozen", 0)
    cold.send("f1", [-20, *[-17.5] * 9])
    silence.watch(at=minute(100))
    judging.catch_up(at=minute(100))
    assert alive(cold.frozen)[0].phase == "unknown_end"
    assert {"suspect_gap", "minor_excursion"} <= set(causes(shipment))
    assert current(shipment).verdict == "not_proven"


def test_a_space_without_sensors_proves_nothing_except_for_ambient_goods(cold: ColdStore) -> None:
    bare = cold.space("bare", "ambient")
    frozen, ambient = cold.shipment(1), cold.shipment(2, "ambient")
    custody.move(shipment_ids=[frozen.pk, ambient.pk], cold_space_id=bare.pk, at=minute(0))
    judge_due(at=minute(60))
    assert (current(frozen).verdict, current(frozen).coverage_pct) == ("not_proven", 0)
    assert current(ambient).verdict == "compliant"


def test_goods_are_judged_by_their_own_class_not_by_that_of_the_room(cold: ColdStore) -> None:
    chilled = cold.shipment(1, "chilled")
    frozen = cold.shipment(2, "frozen")
    put(cold, chilled, "chilled", 0)
    put(cold, frozen, "chilled", 0)
    cold.send("c1", [4] * 13)
    judging.catch_up(at=minute(60))
    assert alive(cold.chilled) == []
    assert current(chilled).verdict == "compliant"
    assert current(frozen).verdict == "breached"


def test_a_release_makes_a_minor_excursion_compliant(cold: ColdStore) -> None:
    shipment = cold.shipment(1)
    put(cold, shipment, "frozen", 0)
    cold.send("f1", [-20, *[-17.5] * 9, *[-20] * 10])
    judging.catch_up(at=minute(100))
    assert causes(shipment) == ["minor_excursion"]
    Excursion.objects.update(handling="dispositioned", disposition="release")
    verdicts.judge_shipments(shipment_ids=[shipment.pk], at=minute(101))
    verdict = current(shipment)
    assert (verdict.verdict, verdict.revision) == ("compliant", 2)
    assert condition(shipment) == "conformant"


def test_another_answer_is_another_revision_and_the_old_one_stays(cold: ColdStore) -> None:
    shipment = cold.shipment(1)
    put(cold, shipment, "frozen", 0)
    cold.send("f1", [-20] * 13)
    judging.catch_up(at=minute(60))
    cold.send("f1", [-14] * 13, from_min=65)
    judging.catch_up(at=minute(125))
    rows = ShipmentVerdict.objects.filter(shipment=shipment).order_by("revision")
    assert [(r.revision, r.verdict, r.is_current) for r in rows] == [
        (1, "compliant", False),
        (2, "breached", True),
    ]


def test_more_of_the_same_is_no_new_revision(cold: ColdStore) -> None:
    shipment = cold.shipment(1)
    put(cold, shipment, "frozen", 0)
    cold.send("f1", [-20] * 13)
    judging.catch_up(at=minute(60))
    cold.send("f1", [-20] * 13, from_min=65)
    assert judging.catch_up(at=minute(125)).judged == Judged(n_compliant=1)
    assert verdicts.due() == []
    assert current(shipment).revision == 1


def test_the_verdict_is_told_to_the_parties_of_the_shipment(cold: ColdStore) -> None:
    shipment = cold.shipment(1)
    put(cold, shipment, "frozen", 0)
    cold.send("f1", [-20] * 13)
    judging.catch_up(at=minute(60))
    event = Event.objects.get(name="shipment.judged")
    payload = events.read_payload(event)
    assert isinstance(payload, ShipmentJudged)
    assert (payload.verdict, payload.waybill, payload.causes) == ("compliant", shipment.waybill, [])
    assert (event.subject_id, event.subject_kind) == (shipment.public_id, "shipment")
    readers = {reader.organization_id for reader in event.readers.all()}
    assert readers == {cold.keeper.pk, cold.shipper.pk}


def test_a_changed_condition_is_a_new_version_of_the_shipment(cold: ColdStore) -> None:
    shipment = cold.shipment(1)
    put(cold, shipment, "frozen", 0)
    cold.send("f1", [-20, *[-14] * 12])
    judging.catch_up(at=minute(60))
    assert Shipment.objects.get(pk=shipment.pk).version == shipment.version + 1


def test_goods_that_move_while_they_are_judged_stay_due(
    cold: ColdStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipment = cold.shipment(1)
    put(cold, shipment, "frozen", 0)
    weigh = verdicts._weigh

    def weigh_while_it_moves(*args: Any) -> Any:
        put(cold, shipment, "truck", 30)
        return weigh(*args)

    monkeypatch.setattr(verdicts, "_weigh", weigh_while_it_moves)
    assert judge_due(at=minute(60)) == Judged()
    assert verdicts.due() == [shipment.pk]
    assert not ShipmentVerdict.objects.exists()


def queries_for(n_shipments: int, cold: ColdStore, first: int) -> int:
    for number in range(first, first + n_shipments):
        put(cold, cold.shipment(number), "frozen", 0)
    with CaptureQueriesContext(connection) as queries:
        assert judge_due(at=minute(60)).n_changed == n_shipments
    return len([q for q in queries if "SAVEPOINT" not in q["sql"]])


def test_the_number_of_queries_does_not_grow_with_the_shipments(cold: ColdStore) -> None:
    cold.send("f1", [-20] * 13)
    evaluate_due(at=minute(60))
    assert queries_for(1, cold, 0) == queries_for(25, cold, 100)


def test_a_crash_keeps_the_shipment_due(cold: ColdStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(**_: object) -> None:
        raise RuntimeError

    shipment = cold.shipment(1)
    put(cold, shipment, "frozen", 0)
    monkeypatch.setattr(events, "record_many", crash)
    with pytest.raises(RuntimeError):
        judge_due(at=minute(60))
    assert Stay.objects.get().is_stale
    assert not ShipmentVerdict.objects.exists()
