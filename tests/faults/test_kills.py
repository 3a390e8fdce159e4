"""`make faults`: processes die at any instant while readings come in; what was acknowledged stands.

`KILLS=300` runs the long one, `SEED=N` the same one again as far as chance goes (how threads and
processes interleave is the machine's).
"""

import os
import time
from pathlib import Path

import pytest

from tests.faults.post import Post
from tests.faults.run import ALARMS_TIMED, Run
from tests.faults.stage import TARGETS, stage
from tests.warehouses.receivers import mail_server

KILLS, SEED = int(os.environ["KILLS"]), int(os.environ.get("SEED", "20261124"))
ALARM_GOAL_S = 5.0


@pytest.mark.postgresql
def test_kills_at_any_instant_lose_double_miss_and_make_up_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    post = Post()
    with mail_server() as box:
        box.messages = post  # type: ignore[assignment]
        with stage(home=tmp_path, mail_port=box.port) as ours:
            run = Run(ours, post, KILLS, SEED)
            try:
                durable = ours.durable_settings()
                run.enroll()
                ours.start_product()
                with capsys.disabled():
                    say(f"seed {SEED}: {KILLS} kills from now on")
                    run.ingest_under_fire()
                    say("all acknowledged; draining")
                    drained_s = run.drain()
                    say(f"drained in {drained_s:.1f} s; timing alarms without faults")
                    latencies = run.time_alarms()
                table = report(run, drained_s, latencies, durable)
            finally:
                run.close()
    with capsys.disabled():
        print("\n" + "\n".join(line for line, _ in table))  # noqa: T201 - the table is the result
    assert not [line for line, holds in table if not holds]


def say(sentence: str) -> None:
    """Tell who waits how far the run is."""
    print(f"{time.strftime('%H:%M:%S')} {sentence}", flush=True)  # noqa: T201 - for who waits


def report(
    run: Run, drained_s: float, latencies: list[float], durable: dict[str, str]
) -> list[tuple[str, bool]]:
    """Return the table's lines, each with whether its goal holds."""
    figures, stage_, n_messages = run.figures(), run.stage, len(run.post.heard)
    p99 = latencies[int(0.99 * (len(latencies) - 1))]
    lines = [
        (
            f"fault run, seed {run.seed}: {run.n_done} kills, {len(run.oracle.sent)} readings, {n_messages} messages",
            run.n_done == run.n_kills,
        ),
        (
            "killed: " + ", ".join(f"{name} {run.killed[name]}" for name in TARGETS),
            run.n_kills < len(TARGETS) or all(run.killed[name] for name in TARGETS),
        ),
        (
            "slowest back in s: "
            + ", ".join(
                f"{name} {max(times):.1f}" for name, times in sorted(stage_.back_after_s.items())
            ),
            True,
        ),
        (
            "answers: "
            + ", ".join(f"{what} {n}" for what, n in sorted(run.oracle.answers.items())),
            True,
        ),
        (
            f"ended by themselves: {run.n_ended_alone}; broker emptied: {run.n_flushed}; drained in {drained_s:.1f} s",
            True,
        ),
        (
            "durable: " + ", ".join(f"{k}={v}" for k, v in sorted(durable.items())),
            set(durable.values()) == {"on"},
        ),
    ]
    for what, value, most in (
        ("acknowledged readings lost", figures.n_acknowledged_lost, 0),
        ("readings doubled", figures.n_duplicated, 0),
        ("readings that nobody sent", figures.n_never_sent, 0),
        ("readings refused or in conflict", len(run.oracle.refused), 0),
        ("excursions missed", figures.n_missed, 0),
        ("excursions false", figures.n_false, 0),
        ("notification keys missing", figures.n_keys_missing, 0),
        ("notification keys unknown", figures.n_keys_unknown, 0),
        ("running excursions that called nobody", figures.n_not_called, 0),
        ("sendings repeated, same key", figures.n_repeated, run.n_done),
        ("processes that did not come back", len(stage_.failures), 0),
        (
            "REST answers 500",
            sum(n for what, n in run.oracle.answers.items() if what.endswith(" 500")),
            0,
        ),
    ):
        lines.append((_line(what, f"{value}", f"{most}", value <= most), value <= most))
    holds = p99 <= ALARM_GOAL_S and len(latencies) >= min(200, ALARMS_TIMED)
    what = f"alarm, sending to mail, p99 of {len(latencies)} in s"
    return [*lines, (_line(what, f"{p99:.2f}", f"{ALARM_GOAL_S:.0f}", holds), holds)]


def _line(what: str, value: str, goal: str, holds: bool) -> str:
    return f"{what:<44}{value:>8}   goal <= {goal:<6}{'holds' if holds else 'DOES NOT HOLD'}"
