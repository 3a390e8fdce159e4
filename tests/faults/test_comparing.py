"""The fault run's comparison finds what it is there to find: each fault planted alone shows in its own figure."""

from collections import Counter
from dataclasses import asdict, replace
from typing import Any

import pytest

from tests.faults.comparing import Kept, compare, stretches
from tests.faults.run import LIMITS
from tests.faults.streams import COLD, HOT, INTERVAL_S, Row

SENT = [Row("s", INTERVAL_S * place, COLD if place < 3 else HOT) for place in range(8)]
EXCURSIONS = sorted(stretches(SENT, LIMITS))
WHOLE = Kept(readings=SENT, excursions=EXCURSIONS, sent_keys={"k"}, other_keys=set(), called={"s"})


def wrong(kept: Kept, heard: dict[str, int] | None = None) -> dict[str, int]:
    """Return the figures that are not zero."""
    figures = compare(
        sent=set(SENT),
        acknowledged=set(SENT),
        kept=kept,
        heard=Counter({"k": 1} if heard is None else heard),
        limits=LIMITS,
    )
    return {name: value for name, value in asdict(figures).items() if value}


def test_a_run_without_a_fault_has_no_figure_above_zero() -> None:
    assert len(EXCURSIONS) == 1
    assert wrong(WHOLE) == {}


@pytest.mark.parametrize(
    ("change", "figure"),
    [
        ({"readings": SENT[1:]}, "n_acknowledged_lost"),
        ({"readings": [*SENT, SENT[0]]}, "n_duplicated"),
        ({"excursions": []}, "n_missed"),
        ({"excursions": EXCURSIONS * 2}, "n_false"),
        ({"sent_keys": {"k", "l"}}, "n_keys_missing"),
        ({"called": set()}, "n_not_called"),
    ],
)
def test_each_planted_fault_shows_in_its_own_figure(change: dict[str, Any], figure: str) -> None:
    assert wrong(replace(WHOLE, **change)) == {figure: 1}


def test_a_reading_that_nobody_sent_shows() -> None:
    made_up = Row("other", 0, COLD)
    assert wrong(replace(WHOLE, readings=[*SENT, made_up])) == {"n_never_sent": 1}


def test_an_excursion_with_another_end_is_one_missed_and_one_false() -> None:
    other = replace(EXCURSIONS[0], ended_s=99 * INTERVAL_S)
    assert wrong(replace(WHOLE, excursions=[other])) == {"n_missed": 1, "n_false": 1}


def test_repetitions_are_counted_and_unknown_keys_show() -> None:
    assert wrong(WHOLE, {"k": 3}) == {"n_repeated": 2}
    assert wrong(WHOLE, {"k": 1, "from nowhere": 1}) == {"n_keys_unknown": 1}
