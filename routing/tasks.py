"""Celery's doors to the routing floor."""

import os
import socket
from typing import Any

from celery import shared_task
from celery.signals import worker_init
from django.utils import timezone

from routing import planning, tendering
from routing.engine.kernel.warm_up import warm_up


@worker_init.connect
def load_kernels(sender: Any, **_: Any) -> None:
    # Before it forks, so that every child has them and no first plan waits.
    if "plans" in sender.app.amqp.queues.consume_from:
        warm_up()


@shared_task(name="routing.solve_plan", bind=True)
def solve_plan(self: Any, *, plan_id: int) -> None:
    # The holder is one run of the task: a message delivered twice is two holders.
    holder = f"{socket.gethostname()}/{os.getpid()}/{self.request.id}"
    planning.solve_plan(plan_id=plan_id, holder=holder, now=timezone.now)


@shared_task(name="routing.sweep_plans")
def sweep_plans() -> None:
    planning.sweep(at=timezone.now())


@shared_task(name="routing.run_tenders")
def run_tenders() -> None:
    tendering.run(at=timezone.now())
