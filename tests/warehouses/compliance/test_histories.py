"""Judged bit by bit from anchors, any history ends in what judging everything at once says.

`HISTORIES=10000` runs the long one (`make faults` does).
"""

import os
from dataclasses import replace

import pytest

from tests.warehouses.compliance.random_histories import LATEST_S, live, make
from warehouses.compliance import anchor

HISTORIES = int(os.environ.get("HISTORIES", "400"))
N_PARTS = 8


def differences(seeds: range) -> list[int]:
    found = []
    for seed in seeds:
        judge = live(make(seed), seed)
        if judge.excursions != judge.whole():
            found.append(seed)
    return found


@pytest.mark.parametrize("part", range(N_PARTS))
def test_a_history_out_of_order_ends_in_the_batch_answer(part: int) -> None:
    size = -(-HISTORIES // N_PARTS)
    assert differences(range(part * size, (part + 1) * size)) == [], "seeds that differ"


def test_the_histories_hold_what_they_are_meant_to_hold() -> None:
    judges = [live(make(seed), seed) for seed in range(60)]
    excursions = [e for judge in judges for e in judge.excursions]
    assert {str(e.phase) for e in excursions} == {"open", "closing", "closed", "unknown_end"}
    assert any(e.is_merged for e in excursions)
    assert any(e.excused_s for e in excursions)
    # Most looks need no more than the last hours, else this would prove nothing about anchors.
    assert sum(judge.n_short_looks for judge in judges) > 300


def test_the_order_of_arrival_does_not_show_where_no_value_contradicts() -> None:
    for seed in range(60):
        history = make(seed)
        told: dict[tuple[int, int], set[int]] = {}
        for batch in history.batches:
            for at_s, value in batch.rows:
                told.setdefault((batch.sensor, at_s), set()).add(value)
        agreed = replace(
            history,
            batches=tuple(
                replace(
                    batch,
                    received_s=LATEST_S,
                    rows=tuple(r for r in batch.rows if len(told[batch.sensor, r[0]]) == 1),
                )
                for batch in history.batches
            ),
        )
        backwards = replace(agreed, batches=agreed.batches[::-1])
        assert live(agreed, seed).excursions == live(backwards, seed).excursions, seed


def test_an_anchor_that_ignores_known_excursions_would_be_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(anchor.Span, "splits", lambda *_: False)
    assert differences(range(60))
