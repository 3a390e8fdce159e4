"""The outbox: what waits is claimed, sent and noted; a crash in between repeats it with the same key."""

from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F

from warehouses import notices
from warehouses.models import AlarmStatus, Notification, NotificationStatus

MOST_TRIES: Final = 8
FIRST_WAIT_S: Final = 30
LONGEST_WAIT_S: Final = 1800
SIDE_BY_SIDE: Final = 16


def wait_after(n_tries: int) -> timedelta:
    """Return how long after its nth try a message is tried again: doubling, at most half an hour."""
    return timedelta(seconds=min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** (n_tries - 1)))


def deliver_due(*, at: datetime, limit: int = 32) -> int:
    """Send what is due, each message claimed by compare-and-set first; return how many were accepted.

    They are sent side by side, so that one robot that hangs keeps the others waiting for one time-out
    at most.
    """
    due = Notification.objects.filter(status=NotificationStatus.QUEUED, next_try_at__lte=at)
    ready = due.order_by("next_try_at", "pk").values_list("pk", "n_tries")[:limit]
    claimed = [row for pk, n_tries in list(ready) if (row := _claim(pk, n_tries, at))]
    if not claimed:
        return 0
    calls = [(row, notices.compose(notification=row)) for row in claimed]
    n_accepted = 0
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        sent = {pool.submit(_send, call): call[0] for call in calls}
        # Noted as they end: one that hangs must not leave the others' sendings unnoted in a crash.
        for done in as_completed(sent):
            refusal = done.result()
            _note(sent[done], refusal, at)
            n_accepted += refusal is None
    return n_accepted


def _claim(pk: int, n_tries: int, at: datetime) -> Notification | None:
    """Return a message that is ours until its next try, or None where it is another's or not needed."""
    # Committed before the sending: whoever dies in between leaves it due again, with its key.
    claimed = Notification.objects.filter(
        pk=pk, status=NotificationStatus.QUEUED, n_tries=n_tries
    ).update(n_tries=F("n_tries") + 1, next_try_at=at + wait_after(n_tries + 1))
    if claimed != 1:
        return None
    row = Notification.objects.select_related(
        "alarm__excursion__cold_space__room", "alarm__sensor__cold_space__room", "user", "robot"
    ).get(pk=pk)
    if row.alarm.status == AlarmStatus.CALLING:
        return row
    Notification.objects.filter(pk=pk).update(status=NotificationStatus.DROPPED)
    return None


def _send(call: tuple[Notification, notices.Notice]) -> notices.NotSent | None:
    """Send one message in a thread that touches no table."""
    row, notice = call
    try:
        notices.send(notification=row, notice=notice)
    except notices.NotSent as refusal:
        return refusal
    return None


def _note(row: Notification, refusal: notices.NotSent | None, at: datetime) -> None:
    rows = Notification.objects.filter(pk=row.pk)
    if refusal is None:
        # Even where an acknowledgement dropped it meanwhile: it is with its reader.
        rows.update(status=NotificationStatus.SENT, sent_at=at, failure="")
        return
    is_last = row.n_tries >= MOST_TRIES or isinstance(refusal, notices.NeverSent)
    status = NotificationStatus.FAILED if is_last else NotificationStatus.QUEUED
    rows.filter(status=NotificationStatus.QUEUED).update(status=status, failure=str(refusal)[:200])
