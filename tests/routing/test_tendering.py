"""A hired trip is offered to one carrier after the other, until one takes it or nobody is left."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from logistics.errors import DomainError, ForbiddenMove, InvalidInput
from logistics.models import Event, EventReader, Shipment
from routing import committing, tender_answers, tendering
from routing.models import Load, Tender, Trip
from routing.plan_report import count_violations
from routing.tender_answers import Counter
from tests.cast import Cast
from tests.routing.plannable import NOW, solved
from tests.routing.tenderable import after, make_dedicated, make_tenderable, offered
from warehouses.models import DockAppointment

pytestmark = pytest.mark.django_db


def loads_of(trip: Trip) -> list[Load]:
    return list(Load.objects.filter(tasks__stop__trip=trip, tasks__kind="load").distinct())


def test_each_hired_trip_is_offered_once_to_the_first_of_its_ladder(cast: Cast) -> None:
    kit = offered(cast)
    trips = list(Trip.objects.filter(plan=kit.plan))
    live = kit.live()
    assert [tender.trip_id for tender in live] == sorted(trip.pk for trip in trips)
    for tender in live:
        assert tender.rank == 1
        assert tender.offered_at == NOW
        assert tender.expires_at == after(30)
        assert tender.trip.carrier_id == tender.carrier_id
        assert {load.status for load in loads_of(tender.trip)} == {"tendered"}
    assert tendering.run(at=NOW) == 0, "what has begun is not begun again"


def test_the_ladder_stands_in_the_order_of_expected_price(cast: Cast) -> None:
    kit = offered(cast)
    for tender in kit.live():
        rows = list(tender.trip.tenders.order_by("rank"))
        assert len(rows) == 3
        assert [row.score_fen for row in rows] == sorted(row.score_fen for row in rows)
        assert {row.acceptance_pct for row in rows} == {90}
        for row in rows:
            shares = {"planned_vehicle": 0.0, "same_type": 0.02, "other_type": 0.08}
            assert row.score_fen == round(row.amount_fen * (1.02 + shares[row.fit]))


def test_the_amount_is_the_contracts_rate_for_the_trip(cast: Cast) -> None:
    offered(cast)
    per_km = {"shuanghui-logistics": 400, "yto": 450, "new-era": 500}
    for tender in Tender.objects.select_related("trip", "carrier"):
        way = tender.trip.distance_m * per_km[tender.carrier.code] // 1000
        assert tender.amount_fen == 50_000 + way


def test_a_carrier_that_let_offers_run_out_stands_lower(cast: Cast) -> None:
    kit = offered(cast)
    first = kit.live()[0]
    tendering.run(at=after(30))
    from routing.tender_ranking import acceptance_of  # noqa: PLC0415 - beside its one use

    found = acceptance_of(at=after(30))
    n_expired = Tender.objects.filter(status="expired", carrier=first.carrier).count()
    assert found[first.carrier_id] == pytest.approx(9 / (10 + n_expired))


def test_a_dedicated_trip_is_not_tendered(cast: Cast) -> None:
    kit = make_tenderable(cast)
    trip = Trip.objects.filter(plan=kit.plan).select_related("carrier").order_by("pk")[0]
    make_dedicated(trip)
    tendering.run(at=NOW)
    mine = Trip.objects.filter(plan=kit.plan, carrier=trip.carrier)
    assert not Tender.objects.filter(trip__in=mine).exists()
    assert set(mine.values_list("is_dedicated", flat=True)) == {True}
    assert {load.status for load in loads_of(trip)} == {"planned"}
    with CaptureQueriesContext(
        connection,
    ) as queries:
        tendering.begin_due(at=NOW)
    assert len(queries) == 1, "it is not looked at again"


def test_a_trip_that_starts_too_soon_is_left_to_people(cast: Cast) -> None:
    kit = make_tenderable(cast)
    trip = Trip.objects.filter(plan=kit.plan).order_by("starts_at")[0]
    tendering.run(at=trip.starts_at - timedelta(minutes=30))
    assert not trip.tenders.exists()


def test_an_accepted_tender_names_vehicle_and_driver_and_ends_the_ladder(cast: Cast) -> None:
    kit = offered(cast)
    tender = kit.live()[0]
    member = kit.member(tender)
    vehicle = kit.spare[next(n for n in kit.spare if getattr(cast, n) is member)]
    driver = tender.carrier.drivers.get()
    done = tender_answers.accept(
        tender=tender, by=member.principal, at=after(5), vehicle=vehicle, driver=driver, note="ok"
    )
    assert (done.status, done.answered_at, done.note) == ("accepted", after(5), "ok")
    trip = Trip.objects.get(pk=tender.trip_id)
    assert (trip.vehicle, trip.driver, trip.status) == (vehicle, driver, "committed")
    assert {load.status for load in loads_of(trip)} == {"accepted"}
    assert set(trip.tenders.exclude(pk=tender.pk).values_list("status", flat=True)) == {"withdrawn"}
    plates = DockAppointment.objects.filter(
        reference__in=trip.stops.values("public_id"), status="scheduled"
    ).values_list("plate", "carrier")
    assert set(plates) == {(vehicle.plate, tender.carrier_id)}
    assert tendering.run(at=after(40)) == len(kit.live()), "the others go on"
    assert Tender.objects.get(pk=tender.pk).status == "accepted"


def test_the_next_carrier_is_asked_after_a_no_and_the_first_sees_nothing_more(cast: Cast) -> None:
    kit = offered(cast)
    tender = kit.live()[0]
    first = kit.member(tender)
    tender_answers.decline(
        tender=tender, by=first.principal, at=after(5), reason="no_capacity", note="full"
    )
    trip = Trip.objects.select_related("carrier").get(pk=tender.trip_id)
    second = trip.tenders.get(rank=2)
    assert (second.status, second.expires_at) == ("offered", after(35))
    assert trip.carrier_id == second.carrier_id
    assert trip.vehicle is None, "the first carrier's plate is nobody else's business"
    asked = kit.member(second)
    for table, rows in (
        (Trip, {"pk": trip.pk}),
        (Load, {"pk__in": [load.pk for load in loads_of(trip)]}),
        (Shipment, {"in_load__load__in": loads_of(trip)}),
        (DockAppointment, {"reference__in": list(trip.stops.values_list("public_id", flat=True))}),
    ):
        assert table.objects.filter(**rows).exists()
        assert not table.objects.visible_to(first.principal).filter(**rows).exists(), table
        assert table.objects.visible_to(asked.principal).filter(**rows).exists(), table
    assert list(Tender.objects.visible_to(first.principal).filter(trip=trip)) == [tender]


def test_no_carrier_hears_of_anothers_offer(cast: Cast) -> None:
    kit = offered(cast)
    for minutes in (30, 60, 90):
        tendering.run(at=after(minutes))
    for event in Event.objects.filter(name__startswith="tender."):
        tender = Tender.objects.get(public_id=event.subject_id)
        readers = EventReader.objects.filter(event=event).values_list("organization", flat=True)
        assert list(readers) == [tender.carrier_id]
        assert "amount" not in str(event.payload)
        assert "rank" not in str(event.payload)
    assert not EventReader.objects.filter(event__name="trip.untendered").exists()
    assert kit.live() == []


def test_when_nobody_is_left_the_loads_can_be_planned_again(cast: Cast) -> None:
    kit = offered(cast)
    trips = list(Trip.objects.filter(plan=kit.plan))
    for minutes in (30, 60, 90):
        tendering.run(at=after(minutes))
    assert set(Tender.objects.values_list("status", flat=True)) == {"expired"}
    for trip in trips:
        trip.refresh_from_db()
        assert trip.status == "withdrawn"
        assert {(load.status, load.carrier_id) for load in loads_of(trip)} == {("ready", None)}
    assert not DockAppointment.objects.filter(status="scheduled").exists()
    for member in cast.carriers:
        assert not Load.objects.visible_to(member.principal).exists()
        assert not Shipment.objects.visible_to(member.principal).exists()
    assert Event.objects.filter(name="trip.untendered").count() == len(trips)
    again = committing.commit(
        plan=solved(cast, at=after(95)), by=cast.dispatcher.principal, at=after(95)
    )
    assert again.n_assigned == len(kit.day.loads)


def test_a_counter_offer_is_paid_at_the_carriers_amount_once_the_park_takes_it(cast: Cast) -> None:
    kit = offered(cast)
    tender = kit.live()[0]
    wanted = Counter(tender.amount_fen + 10_000)
    countered = tender_answers.counter(
        tender=tender, by=kit.member(tender).principal, at=after(5), wanted=wanted
    )
    assert (countered.status, countered.expires_at) == ("countered", tender.expires_at)
    done = tender_answers.accept_counter(
        tender=countered, by=cast.dispatcher.principal, at=after(6)
    )
    assert (done.status, done.agreed_fen) == ("accepted", tender.amount_fen + 10_000)


def test_a_counter_offer_that_moves_the_start_needs_a_new_plan(cast: Cast) -> None:
    kit = offered(cast)
    tender = kit.live()[0]
    later = tender.trip.starts_at + timedelta(hours=2)
    wanted = Counter(tender.amount_fen, later, later + timedelta(hours=2))
    countered = tender_answers.counter(
        tender=tender, by=kit.member(tender).principal, at=after(5), wanted=wanted
    )
    with pytest.raises(DomainError) as refusal:
        tender_answers.accept_counter(tender=countered, by=cast.dispatcher.principal, at=after(6))
    assert refusal.value.code == "window_needs_plan"
    tender_answers.decline_counter(
        tender=countered, by=cast.dispatcher.principal, at=after(7), reason="window_unsuitable"
    )
    assert tender.trip.tenders.get(rank=2).status == "offered"


def test_a_counter_offer_nobody_answers_runs_out(cast: Cast) -> None:
    kit = offered(cast)
    tender = kit.live()[0]
    tender_answers.counter(
        tender=tender, by=kit.member(tender).principal, at=after(5), wanted=Counter(1)
    )
    tendering.run(at=after(30))
    tender.refresh_from_db()
    assert tender.status == "expired"
    assert tender.trip.tenders.get(rank=2).status == "offered"


def test_a_withdrawn_offer_frees_its_loads(cast: Cast) -> None:
    kit = offered(cast)
    tender = kit.live()[0]
    tender_answers.withdraw(
        tender=tender, by=cast.dispatcher.principal, at=after(5), reason="shipper called"
    )
    tender.refresh_from_db()
    trip = Trip.objects.get(pk=tender.trip_id)
    assert (tender.status, trip.status) == ("withdrawn", "withdrawn")
    assert {load.status for load in loads_of(trip)} == {"ready"}


def test_an_offer_is_over_when_its_time_is_even_where_no_sweeper_came(cast: Cast) -> None:
    kit = offered(cast)
    tender = kit.live()[0]
    with pytest.raises(DomainError) as refusal:
        tender_answers.accept(tender=tender, by=kit.member(tender).principal, at=after(30))
    assert refusal.value.code == "tender_expired"
    tender.refresh_from_db()
    assert tender.status == "offered"


@pytest.mark.parametrize("word", ["accept", "decline", "counter"])
def test_an_answered_offer_is_not_answered_again(cast: Cast, word: str) -> None:
    kit = offered(cast)
    tender = kit.live()[0]
    by = kit.member(tender).principal
    tender_answers.accept(tender=tender, by=by, at=after(5))
    more = {"accept": {}, "decline": {"reason": "other"}, "counter": {"wanted": Counter(1)}}[word]
    n_events = Event.objects.count()
    with pytest.raises(ForbiddenMove):
        getattr(tender_answers, word)(tender=tender, by=by, at=after(6), **more)
    assert Event.objects.count() == n_events


def test_a_vehicle_that_cannot_come_is_refused(cast: Cast) -> None:
    kit = offered(cast)
    tender = kit.live()[0]
    member = kit.member(tender)
    own = kit.spare[next(n for n in kit.spare if getattr(cast, n) is member)]
    other = next(one for one in kit.spare.values() if one.carrier_id != own.carrier_id)
    small = make_small(own)
    for vehicle in (other, small):
        with pytest.raises(InvalidInput) as refusal:
            tender_answers.accept(tender=tender, by=member.principal, at=after(5), vehicle=vehicle)
        assert refusal.value.faults[0].pointer == "/vehicle_id"
    tender_answers.accept(tender=tender, by=member.principal, at=after(5), vehicle=own)


def make_small(own: object) -> object:
    from routing.models import Vehicle  # noqa: PLC0415 - beside its one use

    small = Vehicle.objects.get(pk=own.pk)  # type: ignore[attr-defined]
    small.pk, small._state.adding = None, True
    small.public_id, small.plate, small.max_weight_kg = "vh_small", "豫LT0001", 1
    small.save()
    return small


def test_one_vehicle_does_not_take_two_trips_at_once(cast: Cast) -> None:
    kit = offered(cast, n_loads=12)
    by_carrier: dict[int, list[Tender]] = {}
    for tender in kit.live():
        by_carrier.setdefault(tender.carrier_id, []).append(tender)
    pairs = [
        (one, two)
        for rows in by_carrier.values()
        for one in rows
        for two in rows
        if one.pk < two.pk
        and one.trip.starts_at < two.trip.ends_at
        and two.trip.starts_at < one.trip.ends_at
    ]
    assert pairs, "two trips of one carrier overlap"
    one, two = pairs[0]
    member = kit.member(one)
    vehicle = kit.spare[next(n for n in kit.spare if getattr(cast, n) is member)]
    tender_answers.accept(tender=one, by=member.principal, at=after(1), vehicle=vehicle)
    with pytest.raises(InvalidInput) as refusal:
        tender_answers.accept(tender=two, by=member.principal, at=after(1), vehicle=vehicle)
    assert refusal.value.faults[0].pointer == "/vehicle_id"
    two.refresh_from_db()
    assert two.status == "offered"


def test_the_database_allows_one_accepted_and_one_live_tender_a_trip(cast: Cast) -> None:
    kit = offered(cast)
    tender = kit.live()[0]
    second = tender.trip.tenders.get(rank=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Tender.objects.filter(pk=second.pk).update(
            status="offered", offered_at=NOW, expires_at=after(30)
        )
    tender_answers.accept(tender=tender, by=kit.member(tender).principal, at=after(5))
    with pytest.raises(IntegrityError), transaction.atomic():
        Tender.objects.filter(pk=second.pk).update(
            status="accepted", offered_at=NOW, expires_at=after(30)
        )


def test_a_new_plan_leaves_what_is_offered_alone(cast: Cast) -> None:
    kit = offered(cast)
    before = set(Trip.objects.filter(plan=kit.plan).values_list("pk", "status", "carrier"))
    with pytest.raises(DomainError) as refusal:
        solved(cast, at=after(5))
    assert refusal.value.code == "no_loads"
    after_ = set(Trip.objects.filter(plan=kit.plan).values_list("pk", "status", "carrier"))
    assert after_ == before


def test_the_plan_still_holds_while_its_trips_are_offered(cast: Cast) -> None:
    kit = offered(cast)
    assert count_violations(kit.plan) == 0


def test_an_offer_too_short_to_answer_is_not_made(cast: Cast) -> None:
    kit = make_tenderable(cast)
    trip = Trip.objects.filter(plan=kit.plan).order_by("starts_at")[0]
    tendering.run(at=trip.starts_at - timedelta(minutes=61))
    trip.refresh_from_db()
    assert trip.status == "committed", "nor is the trip given up unasked"
    assert not trip.tenders.exists()
