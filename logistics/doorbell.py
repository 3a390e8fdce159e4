"""Ringing a worker after commit. The message may be lost: a sweeper that reads the database finds the work."""

import logging
from functools import cache, partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def ring(task_name: str, **ids: int | str) -> None:
    """Send a task by name once the current transaction has committed; ids only."""
    transaction.on_commit(partial(_send, task_name, ids))


def _send(task_name: str, ids: dict[str, int | str]) -> None:
    try:
        current_app.send_task(task_name, kwargs=ids, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        _warn_once(str(error))


@cache
def _warn_once(reason: str) -> None:
    """Say it once a process: the database already holds the work, a sweeper will find it."""
    log.warning("the broker does not answer (%s); work waits for the sweeper", reason)
