"""Child processes: ready when they say so, gone when their owner is."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from logistics.processes import Service, ServiceFailed

SLEEPS = "import time; print('ready', flush=True); time.sleep(60)"
HAS_A_CHILD = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEPS!r}]).wait()"
IGNORES_TERM = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPS}"


def service(code: str, folder: Path, **options: float) -> Service:
    return Service(
        name="sleeper",
        command=[sys.executable, "-c", code],
        log=folder / "log" / "sleeper.log",
        is_ready=lambda child: "ready" in child.said(),
        **options,  # type: ignore[arg-type]
    )


def started(child: Service) -> int:
    child.start()
    child.wait_ready()
    assert child.process
    return child.process.pid


def members_of_group(group: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(entry.name))
    return found


def wait_until_gone(group: int) -> bool:
    end = time.monotonic() + 10
    while members_of_group(group) and time.monotonic() < end:
        time.sleep(0.05)
    return not members_of_group(group)


def test_a_stopped_child_is_gone(tmp_path: Path) -> None:
    child = service(SLEEPS, tmp_path)
    started(child)
    assert child.is_running
    child.stop()
    assert not child.is_running


def test_a_grandchild_does_not_outlive_the_stop(tmp_path: Path) -> None:
    child = service(HAS_A_CHILD, tmp_path)
    group = started(child)
    assert len(members_of_group(group)) == 2
    child.stop()
    assert wait_until_gone(group)


def test_a_child_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    child = service(IGNORES_TERM, tmp_path, stop_within_s=0.2)
    group = started(child)
    child.stop()
    assert wait_until_gone(group)


def test_a_child_that_ends_before_it_is_ready_is_reported_with_its_last_words(
    tmp_path: Path,
) -> None:
    child = service("print('no such setting'); raise SystemExit(3)", tmp_path)
    child.start()
    with pytest.raises(ServiceFailed, match=r"(?s)ended before it was ready.*no such setting"):
        child.wait_ready()
    child.stop()


def test_a_child_that_never_gets_ready_is_reported(tmp_path: Path) -> None:
    child = service("import time; time.sleep(60)", tmp_path, ready_within_s=0.2)
    child.start()
    with pytest.raises(ServiceFailed, match="was not ready in 0 s"):
        child.wait_ready()
    child.stop()


def test_a_program_that_does_not_exist_is_reported(tmp_path: Path) -> None:
    child = service("", tmp_path)
    child.command = [tmp_path / "missing"]
    with pytest.raises(ServiceFailed, match="sleeper cannot be started"):
        child.start()


def test_words_of_an_earlier_start_do_not_make_a_child_ready(tmp_path: Path) -> None:
    child = service(SLEEPS, tmp_path)
    started(child)
    child.stop()
    child.command = [sys.executable, "-c", "import time; time.sleep(60)"]
    child.ready_within_s = 0.2
    child.start()
    with pytest.raises(ServiceFailed):
        child.wait_ready()
    child.stop()


OWNER = f"""
import pathlib, sys, time
from logistics.processes import Service
child = Service(
    "sleeper",
    [sys.executable, "-c", {SLEEPS!r}],
    pathlib.Path(sys.argv[1]),
    lambda service: "ready" in service.said(),
)
child.start()
child.wait_ready()
print(child.process.pid, flush=True)
time.sleep(60)
"""


def test_children_end_when_their_owner_is_killed(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, tmp_path / "owned.log"], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout
    with owner.stdout:
        group = int(owner.stdout.readline())
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    assert wait_until_gone(group)
