"""What people do about an excursion: by whom, in which order, once, and kept whatever late data say."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from logistics import events
from logistics.errors import ForbiddenMove, InvalidInput, StaleState
from logistics.models import Event
from logistics.scoping import Principal
from tests.cast import Cast
from tests.factories import local, make_excursion, make_park
from tests.warehouses.conftest import ColdStore, alive, minute
from warehouses import handling, monitoring
from warehouses.handling import HandlingForbidden
from warehouses.handling_event_types import (
    ExcursionAcknowledged,
    ExcursionCauseNamed,
    ExcursionDispositioned,
)
from warehouses.models import Excursion, Stay

AT = local(9)
WARM = [-20, *[-17] * 8]


@pytest.fixture
def found(cast: Cast) -> Excursion:
    return make_excursion(make_park(cast).rooms[0].cold_space, phase="closed")


def take(row: Excursion, by: Principal, comment: str = "door was open") -> None:
    handling.acknowledge(excursion=row, comment=comment, by=by, at=AT)


def handle(row: Excursion, by: Principal, disposition: str = "quarantine") -> None:
    take(row, by)
    handling.name_cause(excursion=row, cause="door", note="", by=by, at=AT)
    handling.dispose(
        excursion=row, disposition=disposition, meaning="checked the cores", by=by, at=AT
    )


def test_an_operator_takes_it_names_the_cause_and_signs(cast: Cast, found: Excursion) -> None:
    handle(found, cast.operator.principal)
    kept = Excursion.objects.get(pk=found.pk)
    assert (kept.handling, kept.comment, kept.cause) == (
        "dispositioned",
        "door was open",
        "door",
    )
    assert (kept.acknowledged_by, kept.acknowledged_at) == (cast.operator.user, AT)
    assert (kept.disposition, kept.meaning) == ("quarantine", "checked the cores")
    assert (kept.disposition_by, kept.disposition_at) == (cast.operator.user, AT)


def test_every_answer_leaves_an_event_with_who_and_on_what_figures(
    cast: Cast, found: Excursion
) -> None:
    handle(found, cast.operator.principal)
    rows = list(Event.objects.filter(subject_id=found.public_id).order_by("pk"))
    first, second, third = (events.read_payload(row) for row in rows)
    assert isinstance(first, ExcursionAcknowledged)
    assert isinstance(second, ExcursionCauseNamed)
    assert isinstance(third, ExcursionDispositioned)
    assert (first.by, first.role, first.revision) == ("user:olga", "warehouse_operator", 1)
    assert (third.disposition, third.cause, third.meaning) == (
        "quarantine",
        "door",
        "checked the cores",
    )
    assert {row.actor for row in rows} == {"user:olga"}


def test_of_two_who_take_it_one_wins_and_leaves_one_event(cast: Cast, found: Excursion) -> None:
    mine, theirs = (Excursion.objects.get(pk=found.pk) for _ in range(2))
    take(mine, cast.operator.principal)
    with pytest.raises(StaleState):
        take(theirs, cast.dispatcher.principal)
    assert Event.objects.filter(name="temperature.excursion_acknowledged").count() == 1
    assert Excursion.objects.get(pk=found.pk).acknowledged_by == cast.operator.user


def test_a_cause_may_be_corrected_until_the_signature(cast: Cast, found: Excursion) -> None:
    take(found, cast.operator.principal)
    for cause in ("door", "cooling"):
        handling.name_cause(excursion=found, cause=cause, note="", by=cast.manager.principal, at=AT)
    last = events.read_payload(Event.objects.order_by("-pk")[0])
    assert isinstance(last, ExcursionCauseNamed)
    assert (last.was, last.cause) == ("door", "cooling")
    stale = Excursion.objects.get(pk=found.pk)
    stale.cause = "door"
    with pytest.raises(StaleState):
        handling.name_cause(
            excursion=stale, cause="power", note="", by=cast.manager.principal, at=AT
        )


STEPS: dict[str, Callable[[Excursion, Principal], None]] = {
    "cause first": lambda row, by: handling.name_cause(
        excursion=row, cause="door", note="", by=by, at=AT
    ),
    "signature first": lambda row, by: handling.dispose(
        excursion=row, disposition="reject", meaning="m", by=by, at=AT
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_no_step_is_taken_before_its_turn(cast: Cast, found: Excursion, step: str) -> None:
    with pytest.raises(ForbiddenMove):
        STEPS[step](found, cast.operator.principal)
    assert not Event.objects.exists()


def test_nothing_is_signed_without_a_cause(cast: Cast, found: Excursion) -> None:
    take(found, cast.operator.principal)
    with pytest.raises(ForbiddenMove, match="cause"):
        handling.dispose(
            excursion=found, disposition="reject", meaning="m", by=cast.operator.principal, at=AT
        )


def test_what_is_still_too_warm_is_not_released(cast: Cast) -> None:
    running = make_excursion(make_park(cast).rooms[0].cold_space)
    with pytest.raises(ForbiddenMove, match="still beyond"):
        handle(running, cast.operator.principal, "release")
    handling.dispose(
        excursion=running, disposition="quarantine", meaning="m", by=cast.operator.principal, at=AT
    )
    assert running.disposition == "quarantine"


@pytest.mark.parametrize("phase", ["withdrawn", "merged"])
def test_what_late_data_took_back_is_not_answered(cast: Cast, found: Excursion, phase: str) -> None:
    found.phase = phase
    with pytest.raises(ForbiddenMove, match="Late data"):
        take(found, cast.operator.principal)


def test_readers_answer_nothing_and_carriers_sign_nothing(cast: Cast, found: Excursion) -> None:
    for reader in (cast.auditor, cast.shipper, cast.zone_viewer, cast.device):
        with pytest.raises(HandlingForbidden):
            take(found, reader.principal)
    take(found, cast.yto.principal)
    handling.name_cause(excursion=found, cause="door", note="", by=cast.yto.principal, at=AT)
    for not_signing in (cast.yto, cast.dispatcher):
        with pytest.raises(HandlingForbidden):
            handling.dispose(
                excursion=found,
                disposition="reject",
                meaning="m",
                by=not_signing.principal,
                at=AT,
            )


@pytest.mark.parametrize(("comment", "code"), [("  ", "required"), ("x" * 2001, "too_long")])
def test_a_comment_has_something_to_say_and_an_end(
    cast: Cast, found: Excursion, comment: str, code: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        take(found, cast.operator.principal, comment)
    assert [(fault.pointer, fault.code) for fault in refusal.value.faults] == [("/comment", code)]


def test_another_cause_needs_words(cast: Cast, found: Excursion) -> None:
    take(found, cast.operator.principal)
    with pytest.raises(InvalidInput) as refusal:
        handling.name_cause(
            excursion=found, cause="other", note="", by=cast.operator.principal, at=AT
        )
    assert refusal.value.faults[0].pointer == "/cause_note"


def test_the_database_keeps_no_signature_without_a_signer(found: Excursion) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Excursion.objects.filter(pk=found.pk).update(disposition_at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Excursion.objects.filter(pk=found.pk).update(acknowledged_at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Excursion.objects.filter(pk=found.pk).update(cause="weather")


def test_what_people_said_survives_every_revision(cold: ColdStore, cast: Cast) -> None:
    cold.send("f1", WARM)
    monitoring.evaluate_due(at=minute(41))
    (row,) = alive(cold.frozen)
    handling.acknowledge(
        excursion=row, comment="on my way", by=cast.dispatcher.principal, at=minute(42)
    )
    handling.name_cause(
        excursion=row, cause="cooling", note="fan", by=cast.dispatcher.principal, at=minute(43)
    )
    # Late readings of the other sensor move its start, later ones end it.
    cold.send("f2", [-16] * 8, from_min=0, received_min=50)
    for sensor, from_min in (("f1", 45), ("f2", 40)):
        cold.send(sensor, [-20] * 5, from_min=from_min, received_min=66)
    monitoring.evaluate_due(at=minute(66))
    (kept,) = alive(cold.frozen)
    assert (kept.pk, kept.phase) == (row.pk, "closed")
    assert kept.revision > row.revision
    assert kept.started_at < row.started_at
    assert (kept.handling, kept.comment, kept.cause, kept.cause_note) == (
        "acknowledged",
        "on my way",
        "cooling",
        "fan",
    )


def test_a_signature_has_what_was_inside_judged_again(cold: ColdStore, cast: Cast) -> None:
    cold.send("f1", [*WARM, -20, -20, -20])
    monitoring.evaluate_due(at=minute(60))
    (row,) = alive(cold.frozen)
    stay = Stay.objects.create(
        shipment=cold.shipment(1),
        cold_space=cold.frozen,
        from_at=row.started_at - timedelta(hours=1),
        is_stale=False,
    )
    handle(row, cast.manager.principal, "release")
    stay.refresh_from_db()
    assert (stay.is_stale, stay.version) == (True, 1)
