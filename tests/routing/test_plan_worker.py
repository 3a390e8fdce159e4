"""A real Celery worker behind a real broker loses its message and is killed, and the day is planned all the same."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from celery import current_app

from logistics.models import Event
from routing import planning
from routing.models import Load, Plan, StopTask, Trip
from tests.cast import Cast
from tests.factories import DAY
from tests.routing.plannable import make_plannable

LEASE_S, BUDGET_S, PROMISE_S = 3, 6, 60

Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start_worker(
    process_environment: dict[str, str], repository: Path, tmp_path: Path
) -> Iterator[Start]:
    """Start workers with beat inside, each a process group of its own; none survives the test."""
    flush_broker()
    environment = process_environment | {
        "PLAN_LEASE_S": str(LEASE_S),
        "SWEEP_PERIOD_S": "2",
        "VAR_DIR": str(tmp_path),
    }
    command = [sys.executable, "-m", "celery", "--app", "logistics", "worker", "--beat"]
    command += ["--queues=hints,plans", "--concurrency=2", "--loglevel=INFO"]
    running: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        schedule = f"--schedule={tmp_path / f'beat-{len(running)}'}"
        with (tmp_path / f"worker-{len(running)}.log").open("wb") as log:
            process = subprocess.Popen(
                [*command, schedule], cwd=repository, env=environment,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        running.append(process)
        return process

    yield start
    for process in running:
        kill(process)


def flush_broker() -> None:
    """Lose every message."""
    with current_app.connection_for_write() as connection:
        connection.default_channel.client.flushdb()


def kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill -9 a worker with all its children."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(what: str, holds: Callable[[], bool], within_s: float = PROMISE_S) -> float:
    """Wait until something holds; return after how many seconds it did."""
    started = time.monotonic()
    while not holds():
        waited_s = time.monotonic() - started
        assert waited_s < within_s, f"{what}: not within {within_s} s"
        time.sleep(0.1)
    return time.monotonic() - started


def ask(cast: Cast) -> Plan:
    from django.utils import timezone  # noqa: PLC0415 - the tests' own door

    return planning.request_plan(
        day=DAY,
        budget_s=BUDGET_S,
        seed=1,
        by=cast.dispatcher.principal,
        at=timezone.now(),
        may_commit_itself=True,
    )


def status(plan: Plan) -> str:
    plan.refresh_from_db()
    return plan.status


@pytest.mark.django_db(transaction=True)
def test_a_plan_whose_message_is_lost_and_whose_worker_is_killed_is_in_force_in_the_end(
    cast: Cast, start_worker: Start
) -> None:
    make_plannable(cast, n_loads=60)
    plan = ask(cast)
    flush_broker()
    first = start_worker()
    wait_for("the sweeper rings again", lambda: status(plan) == "solving" and bool(plan.progress))
    assert plan.n_attempts == 1
    kill(first)
    start_worker()
    wait_for("another worker takes it up", lambda: status(plan) != "" and plan.n_attempts == 2)
    wait_for("the plan is in force", lambda: status(plan) == "committed")
    assert (plan.n_attempts, plan.n_violations) == (2, 0)
    carried = Counter(StopTask.objects.filter(kind="load").values_list("load_id", flat=True))
    assert set(carried.values()) == {1}, "no load is planned twice"
    assert len(carried) == plan.n_assigned > 0
    assert Load.objects.filter(status="planned").count() == plan.n_assigned
    assert set(Trip.objects.values_list("plan", "status")) == {(plan.pk, "committed")}
    for name in ("plan.solved", "plan.committed"):
        assert Event.objects.filter(name=name).count() == 1
