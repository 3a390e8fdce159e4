"""The benchmark of the doors says what it measured, and counts the processor time of a whole family of processes."""

import os
import subprocess
import sys
import time
from itertools import islice

from routing.benchmarks import cold_park, cpu_time, doors
from routing.benchmarks.cold_park import Sender

BUSY = (
    "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass\ninput()"
)


def test_a_door_that_is_nine_times_cheaper_misses_its_goal_and_ten_times_holds() -> None:
    for times, holds in ((9.0, False), (10.0, True)):
        found = {"vendor": "sqlite", "ours_us": 6.0, "peer_us": 6.0 * times, "n_missing": 0}
        assert doors._http(found)[0].holds is holds


def test_a_lost_reading_misses_the_goal_of_mqtt_however_fast_it_was() -> None:
    found = {
        "n": 6_000,
        "n_gateways": 2,
        "per_s": 150_000.0,
        "gateway_us": 4.0,
        "sender_us": 1.0,
        "n_missing": 1,
    }
    assert [one.holds for one in doors._mqtt(found)] == [True, None, False]


def test_the_processor_time_of_children_counts() -> None:
    with subprocess.Popen([sys.executable, "-c", BUSY], stdin=subprocess.PIPE) as child:
        before_s = cpu_time.spent_s(os.getpid())
        end = time.monotonic() + 20
        while cpu_time.spent_s(child.pid) < 0.3 and time.monotonic() < end:
            time.sleep(0.05)
        assert cpu_time.spent_s(os.getpid()) - before_s >= 0.1
        assert cpu_time.spent_s(child.pid) >= 0.3
        child.communicate(b"\n")


def test_batches_follow_each_other_minute_by_minute() -> None:
    sender = Sender("s", "", ("a", "b"))
    first, second = islice(cold_park.batches(sender, 3, seed=1, began_s=0), 2)
    assert [row["sensor"] for row in first] == ["a", "b"] * 3
    times = [row["measured_at"] for row in [*first, *second]]
    assert times == sorted(times)
    assert len(set(times)) == 6
