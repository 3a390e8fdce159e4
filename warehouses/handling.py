"""What people do about an excursion: take it, name its cause, sign what happens to the goods."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from logistics.doorbell import ring
from logistics.errors import DomainError, Fault, ForbiddenMove, InvalidInput, StaleState
from logistics.events import record
from logistics.scoping import Principal, Role
from logistics.transitions import advance
from warehouses import alarms, custody
from warehouses.excursion_phases import DEAD, RUNNING
from warehouses.handling_event_types import (
    ExcursionAcknowledged,
    ExcursionCauseNamed,
    ExcursionDispositioned,
)
from warehouses.models import Cause, Disposition, Excursion, ExcursionHandling, ExcursionPhase

MAY_ACKNOWLEDGE: Final = frozenset(
    {Role.WAREHOUSE_OPERATOR, Role.PARK_MANAGER, Role.DISPATCHER, Role.CARRIER, Role.ADMIN}
)
MAY_SIGN: Final = frozenset({Role.WAREHOUSE_OPERATOR, Role.PARK_MANAGER, Role.ADMIN})
MOST_CHARACTERS: Final = 2_000


class HandlingForbidden(DomainError):
    """A principal who may read an excursion at most asked for more."""

    def __init__(self, detail: str) -> None:
        super().__init__("forbidden", detail, 403)


def acknowledge(*, excursion: Excursion, comment: str, by: Principal, at: datetime) -> None:
    """Take an excursion with a comment and end its calls.

    Raises HandlingForbidden, InvalidInput, ForbiddenMove or StaleState (somebody was faster).
    """
    _refuse_unless(by, MAY_ACKNOWLEDGE)
    comment = _said(comment, "/comment")
    _refuse_dead(excursion)
    with transaction.atomic():
        advance(
            row=excursion,
            field="handling",
            to=ExcursionHandling.ACKNOWLEDGED,
            by=by,
            at=at,
            payload=ExcursionAcknowledged(
                **_facts(excursion, by), comment=comment, level=alarms.level_of(excursion)
            ),
            audience=_audience(excursion),
            changes={
                "acknowledged_by_id": by.user_id,
                "acknowledged_label": by.label,
                "acknowledged_at": at,
                "comment": comment,
            },
        )
        alarms.answered(excursion=excursion)


def name_cause(*, excursion: Excursion, cause: str, note: str, by: Principal, at: datetime) -> None:
    """Write down the cause of an acknowledged excursion; it may be corrected until the disposition.

    Raises HandlingForbidden, InvalidInput, ForbiddenMove or StaleState (it changed meanwhile).
    """
    _refuse_unless(by, MAY_ACKNOWLEDGE)
    _refuse_unknown(cause, Cause.values, "/cause")
    note = _said(note, "/cause_note", may_miss=cause != Cause.OTHER)
    if excursion.handling != ExcursionHandling.ACKNOWLEDGED:
        detail = _("A cause is named after the acknowledgement and before the disposition.")
        raise ForbiddenMove(detail)
    was = excursion.cause
    with transaction.atomic():
        known = {"pk": excursion.pk, "handling": ExcursionHandling.ACKNOWLEDGED, "cause": was}
        if Excursion.objects.filter(**known).update(cause=cause, cause_note=note) != 1:
            raise StaleState(_("Somebody else answered meanwhile; read it again."))
        record(
            payload=ExcursionCauseNamed(**_facts(excursion, by), cause=cause, note=note, was=was),
            subject_id=excursion.public_id,
            subject_kind="excursion",
            by=by,
            occurred_at=at,
            recorded_at=at,
            audience=_audience(excursion),
        )
    excursion.cause, excursion.cause_note = cause, note


def dispose(
    *, excursion: Excursion, disposition: str, meaning: str, by: Principal, at: datetime
) -> None:
    """Sign what is done with the goods, and have the shipments that were inside judged again.

    Raises HandlingForbidden, InvalidInput, ForbiddenMove or StaleState (somebody was faster).
    """
    _refuse_unless(by, MAY_SIGN)
    if by.user_id is None:
        raise HandlingForbidden(_("A disposition is signed by a person, not by a machine."))
    _refuse_unknown(disposition, Disposition.values, "/disposition")
    meaning = _said(meaning, "/meaning")
    _refuse_dead(excursion)
    if not excursion.cause:
        raise ForbiddenMove(_("Name the cause before you sign the disposition."))
    if disposition == Disposition.RELEASE and excursion.phase in RUNNING:
        raise ForbiddenMove(_("The air is still beyond its band: nothing can be released yet."))
    with transaction.atomic():
        advance(
            row=excursion,
            field="handling",
            to=ExcursionHandling.DISPOSITIONED,
            by=by,
            at=at,
            payload=ExcursionDispositioned(
                **_facts(excursion, by),
                disposition=disposition,
                cause=excursion.cause,
                meaning=meaning,
            ),
            audience=_audience(excursion),
            changes={
                "disposition": disposition,
                "disposition_by_id": by.user_id,
                "disposition_at": at,
                "meaning": meaning,
            },
        )
        # A release is an answer for the verdict of everything that was inside.
        custody.mark_stale(from_by_space={excursion.cold_space_id: excursion.started_at})
        ring("warehouses.judge_shipments")


def _facts(excursion: Excursion, by: Principal) -> dict[str, Any]:
    return {
        "excursion": excursion.public_id,
        "cold_space": excursion.cold_space.public_id,
        "temperature_class": excursion.temperature_class,
        "severity": excursion.severity,
        "phase": excursion.phase,
        "revision": excursion.revision,
        "found_at": excursion.found_at,
        "by": by.label,
        "role": by.role.value,
    }


def _audience(excursion: Excursion) -> frozenset[int]:
    return frozenset({excursion.cold_space.keeper_id})


def _refuse_unless(by: Principal, roles: frozenset[Role]) -> None:
    if by.role not in roles:
        raise HandlingForbidden(_("Your role reads excursions and does not answer them."))


def _refuse_dead(excursion: Excursion) -> None:
    if excursion.phase == ExcursionPhase.MERGED:
        raise ForbiddenMove(_("Late data merged it into another excursion: answer that one."))
    if excursion.phase in DEAD:
        raise ForbiddenMove(_("Late data took it back: there is nothing to answer."))


def _refuse_unknown(code: str, known: Iterable[str], pointer: str) -> None:
    if code not in set(known):
        detail = _("must be one of: %(known)s") % {"known": ", ".join(known)}
        raise InvalidInput(detail, [Fault(pointer, "unknown_code", detail)])


def _said(text: str, pointer: str, *, may_miss: bool = False) -> str:
    """Return a text without the space around it; refuse an empty or endless one."""
    said = text.strip()
    if not said and not may_miss:
        detail = _("Say in a few words what you saw and do.")
        raise InvalidInput(detail, [Fault(pointer, "required", detail)])
    if len(said) > MOST_CHARACTERS:
        detail = _("at most %(most)d characters") % {"most": MOST_CHARACTERS}
        raise InvalidInput(detail, [Fault(pointer, "too_long", detail)])
    return said
