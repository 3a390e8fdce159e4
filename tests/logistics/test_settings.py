"""A wrong value in the environment stops the start and names its variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from logistics.environment import is_web_address

ROOT = Path(__file__).resolve().parents[2]


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import logistics.settings"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PLAN_SECONDS", "soon"),
        ("PLAN_SECONDS", "0"),
        ("PLAN_LEASE_S", "3600"),
        ("TRAVEL_CIRCUITY", "0.2"),
        ("TRAVEL_SPEED_ROAD_KMH", "nan"),
        ("DATABASE_URL", "mysql://localhost/park"),
        ("SECRET_KEY", "short"),
        ("TRAVEL_SPEED_BY_HOUR", "100,90"),
        ("GEOCODER", "crystal-ball"),
        ("LOG_LEVEL", "LOUD"),
        ("SWEEP_PERIOD_S", "-1"),
    ],
)
def test_a_wrong_value_stops_the_start_and_names_the_variable(variable: str, value: str) -> None:
    run = start(**{variable: value})
    assert run.returncode != 0
    assert variable in run.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("choice", "missing"),
    [
        ({"TRAVEL_PROVIDER": "osrm"}, "OSRM_URL"),
        ({"GEOCODER": "baidu"}, "BAIDU_API_KEY"),
    ],
)
def test_a_choice_without_what_it_needs_stops_the_start(
    choice: dict[str, str], missing: str
) -> None:
    run = start(**choice)
    assert run.returncode != 0
    assert missing in run.stderr.splitlines()[-1]


def test_the_defaults_start() -> None:
    assert start().returncode == 0


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("http://roads:5000", True),
        ("https://park:secret@roads/osrm", True),
        ("ftp://roads", False),
        ("roads:5000", False),
        ("http://[roads", False),
        ("http://", False),
        ("", False),
    ],
)
def test_a_web_address_has_a_scheme_and_a_host(address: str, is_one: bool) -> None:
    assert is_web_address(address) is is_one
