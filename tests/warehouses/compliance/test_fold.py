"""The fold finds excursions by their own time, whatever the order of arrival."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouses.compliance.contexts import NO_CONTEXTS, Context, Contexts, gather
from warehouses.compliance.excursions import Excursion, Phase, Severity, Side
from warehouses.compliance.fold import START, Judgement, advance, finish, fold
from warehouses.compliance.gaps import within
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import NO_READINGS, Readings, arrange

MINUTE = 60
FROZEN = Limits(
    lowest_centi_c=None,
    highest_centi_c=-1800,
    hard_highest_centi_c=-1200,
    tolerance_s=30 * MINUTE,
    hysteresis_centi_c=50,
    return_delay_s=10 * MINUTE,
    merge_gap_s=30 * MINUTE,
    max_gap_s=20 * MINUTE,
    context_max_s=45 * MINUTE,
)
CHILLED = replace(
    FROZEN,
    lowest_centi_c=0,
    highest_centi_c=400,
    hard_highest_centi_c=1000,
    tolerance_s=20 * MINUTE,
)

Row = tuple[int, int]
Outline = tuple[int, int | None, int | None, str]


def stream(*values_c: float, every_s: int = 10 * MINUTE, from_s: int = 0) -> Readings:
    """Readings at a steady interval."""
    at_s = [from_s + i * every_s for i in range(len(values_c))]
    return arrange(at_s, [round(100 * value) for value in values_c])


def readings_of(rows: Sequence[Row]) -> Readings:
    return arrange([at for at, _ in rows], [value for _, value in rows])


@dataclass
class LoopRun:
    start: int
    opened: int | None = None
    back: int | None = None
    beyond_s: int = 0


def by_loop(rows: Sequence[Row], limits: Limits) -> list[Outline]:
    """Find excursions with a loop that knows neither contexts nor merging."""
    found: list[Outline] = []
    run, before, was_beyond = None, 0, False
    for at, value in rows:
        is_beyond, is_inside, is_hard = where(value, limits)
        if run and at - before > limits.max_gap_s:
            found.append((run.start, run.opened, before, "unknown_end"))
            run = None
        if is_beyond or run:
            run = run or LoopRun(at)
            run.beyond_s += (at - before) * (was_beyond and at > run.start)
            is_opening = is_beyond and (is_hard or run.beyond_s > limits.tolerance_s)
            run.opened = run.opened or (at if is_opening else None)
            run.back = None if is_beyond else run.back or (at if is_inside else None)
        if run and run.back and (not run.opened or at - run.back >= limits.return_delay_s):
            found.append((run.start, run.opened, run.back, "closed"))
            run = None
        before, was_beyond = at, is_beyond
    if run:
        found.append((run.start, run.opened, run.back, "closing" if run.back else "open"))
    return [one for one in found if one[1]]


def where(value: int, limits: Limits) -> tuple[bool, bool, bool]:
    """Say whether a value is beyond the band, recovered into it, beyond the hard limit."""
    hys = limits.hysteresis_centi_c
    return (
        not limits.low <= value <= limits.high,
        limits.low + hys <= value <= limits.high - hys,
        not limits.hard_low <= value <= limits.hard_high,
    )


def outline(judgement: Judgement) -> list[Outline]:
    return [(e.started_s, e.opened_s, e.ended_s, str(e.phase)) for e in judgement.excursions]


@st.composite
def histories(draw: st.DrawFn, max_size: int = 120) -> list[Row]:
    """Walks around the band with jitter, gaps and jumps beyond the hard limit."""
    steps = draw(
        st.lists(
            st.tuples(
                st.sampled_from([60, 290, 300, 300, 310, 600, 600, 1200, 1201, 5000]),
                st.sampled_from([-50, -1, 0, 1, 49, 50, 51, 120, 399, 400, 401, 450, 700, 1001]),
            ),
            max_size=max_size,
        )
    )
    at = draw(st.integers(0, 2_000_000_000))
    rows: list[Row] = []
    for step, value in steps:
        at += step
        # Two thirds of the readings go with the last one, so that runs grow long.
        is_steady = draw(st.integers(0, 2)) > 0 and rows
        rows.append((at, rows[-1][1] if is_steady else value))
    return rows


@st.composite
def excuses(draw: st.DrawFn, rows: list[Row]) -> Contexts:
    low, high = (rows[0][0], rows[-1][0]) if rows else (0, 1)
    moments = st.integers(low - 1000, high + 1000)
    kinds = st.sampled_from(["door", "defrost", "loading"])
    windows = draw(st.lists(st.tuples(kinds, moments, st.integers(0, 5000)), max_size=5))
    return gather(Context(kind, at, at + length) for kind, at, length in windows)


# --- golden cases -------------------------------------------------------------------------------


def test_a_quiet_room_has_no_excursion_and_no_gap() -> None:
    judged = fold(stream(*[-20.0] * 144), FROZEN)
    assert (judged.excursions, judged.pending, judged.gaps) == ((), None, ())
    assert judged.n_readings == 144


def test_a_defrost_bump_within_the_tolerance_opens_nothing_but_is_counted() -> None:
    judged = fold(stream(-20, -19, -17, -16.5, -17, -19, -20), FROZEN)
    assert judged.excursions == ()
    assert judged.pending is None
    assert judged.exposure.beyond_s == 30 * MINUTE
    assert judged.exposure.degree_minutes == pytest.approx(10 * (0.5 + 1.25 + 1.25 + 0.5))


def test_a_breakdown_opens_back_dated_to_the_first_reading_beyond() -> None:
    judged = fold(stream(-20, -19, -17.5, -17, -16.5, -16, -15.5), FROZEN)
    (found,) = judged.excursions
    assert (found.started_s, found.opened_s) == (20 * MINUTE, 60 * MINUTE)
    assert (found.phase, found.side) == (Phase.OPEN, Side.HIGH)
    assert found.peak_centi_c == -1550
    assert (found.lowest_centi_c, found.n_readings) == (-1750, 5)


def test_exactly_the_tolerance_is_still_tolerated() -> None:
    beyond = [-17.0] * 4  # thirty minutes from the first to the last
    assert fold(stream(-20, *beyond, -20, -20), FROZEN).excursions == ()
    assert len(fold(stream(-20, *beyond, -17, -20, -20), FROZEN).excursions) == 1


def test_an_excursion_closes_at_the_first_recovered_reading_after_the_return_delay() -> None:
    values = [-20, *[-17.0] * 5, -18.2, -18.6, -18.6]
    (closing,) = fold(stream(*values[:-1]), FROZEN).excursions
    (closed,) = fold(stream(*values), FROZEN).excursions
    assert (closing.phase, closing.ended_s, closing.closed_s) == (Phase.CLOSING, 70 * MINUTE, None)
    assert (closed.phase, closed.ended_s) == (Phase.CLOSED, 70 * MINUTE)
    assert closed.closed_s == 80 * MINUTE
    assert closed.is_over


def test_a_rise_during_the_return_delay_keeps_the_same_excursion_open() -> None:
    judged = fold(stream(-20, *[-17.0] * 5, -18.6, -17, -18.6, -18.6), FROZEN)
    (found,) = judged.excursions
    assert (found.started_s, found.ended_s) == (10 * MINUTE, 80 * MINUTE)


def test_the_hard_limit_opens_at_once_and_is_critical() -> None:
    (found,) = fold(stream(-20, -11.9), FROZEN).excursions
    assert (found.started_s, found.opened_s) == (10 * MINUTE, 10 * MINUTE)
    assert found.severity is Severity.CRITICAL


def test_no_excuse_helps_beyond_the_hard_limit() -> None:
    door = gather([Context("door", 0, 9000)])
    assert len(fold(stream(-20, -11.9), FROZEN, door).excursions) == 1


def test_a_value_on_the_hard_limit_is_not_beyond_it() -> None:
    assert fold(stream(-20, -12.0), FROZEN).excursions == ()


def test_a_gap_that_swallows_the_end_leaves_an_unknown_end_and_is_suspect() -> None:
    warm = stream(-20, *[-17.0] * 5)
    cold = stream(-20, -20, from_s=9000)
    judged = fold(
        arrange(
            np.concatenate((warm.at_s, cold.at_s)),
            np.concatenate((warm.value_centi_c, cold.value_centi_c)),
        ),
        FROZEN,
    )
    (found,), (gap,) = judged.excursions, judged.gaps
    assert (found.phase, found.ended_s, found.closed_s) == (Phase.UNKNOWN_END, 3000, 3000)
    assert (gap.from_s, gap.to_s, gap.is_suspect) == (3000, 9000, True)


def test_silence_up_to_now_ends_an_open_excursion_as_unknown() -> None:
    warm = stream(-20, *[-17.0] * 5)
    assert fold(warm, FROZEN, until_s=3000 + 20 * MINUTE).excursions[0].phase is Phase.OPEN
    late = fold(warm, FROZEN, until_s=3001 + 20 * MINUTE)
    assert late.excursions[0].phase is Phase.UNKNOWN_END
    assert late.gaps[0].is_suspect


def test_the_clock_of_the_tolerance_does_not_run_inside_a_gap() -> None:
    rows = [(0, -2000), (600, -1700), (1200, -1700), (9000, -1700), (9600, -1700), (10200, -2000)]
    judged = fold(readings_of(rows), FROZEN)
    assert judged.excursions == ()
    assert judged.gaps[0].is_suspect


def test_a_blip_hours_ago_does_not_count_while_the_air_rests_within_the_hysteresis() -> None:
    judged = fold(stream(-20, -17.9, *[-18.2] * 20, -17.9, -18.2), FROZEN)
    assert judged.excursions == ()
    assert judged.pending is not None


def test_the_cold_side_counts_too() -> None:
    (found,) = fold(stream(2, *[-0.5] * 5), CHILLED).excursions
    assert (found.side, found.peak_centi_c) == (Side.LOW, -50)


def test_two_excursions_close_together_are_one() -> None:
    judged = fold(stream(-20, *[-17.0] * 5, -20, -20, *[-16.0] * 5, -20, -20), FROZEN)
    (found,) = judged.excursions
    assert found.is_merged
    assert (found.started_s, found.ended_s) == (600, 130 * MINUTE)
    assert (found.n_readings, found.highest_centi_c) == (10, -1600)


def test_two_excursions_far_apart_stay_two() -> None:
    judged = fold(stream(-20, *[-17.0] * 5, *[-20] * 4, *[-16.0] * 5, -20, -20), FROZEN)
    assert len(judged.excursions) == 2


def test_an_open_door_extends_the_tolerance_and_is_named() -> None:
    values = [-20, *[-17.0] * 6, -20, -20]
    door = gather([Context("door", 600, 1800)])
    assert len(fold(stream(*values), FROZEN).excursions) == 1
    excused = fold(stream(*values), FROZEN, door)
    assert excused.excursions == ()
    assert excused.exposure == fold(stream(*values), FROZEN).exposure
    (longer,) = fold(stream(*values[:-2], -17, -17, -20, -20), FROZEN, door).excursions
    assert (longer.contexts, longer.excused_s) == (frozenset({"door"}), 1200)


def test_a_door_left_open_excuses_no_longer_than_its_limit() -> None:
    door = gather([Context("door", 0, 10**6)])
    tolerated = (FROZEN.tolerance_s + FROZEN.context_max_s) // 600
    assert fold(stream(-20, *[-17.0] * (tolerated + 1)), FROZEN, door).excursions == ()
    assert len(fold(stream(-20, *[-17.0] * (tolerated + 2)), FROZEN, door).excursions) == 1


def test_a_defrost_excuses_no_rise_of_more_than_three_degrees() -> None:
    defrost = gather([Context("defrost", 0, 10**6)])
    assert fold(stream(-20, *[-15.0] * 6), FROZEN, defrost).excursions == ()
    assert len(fold(stream(-20, *[-14.9] * 6), FROZEN, defrost).excursions) == 1


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [(0.9, Severity.MINOR), (1.0, Severity.MAJOR), (4.9, Severity.MAJOR), (5.0, Severity.CRITICAL)],
)
def test_degree_minutes_rank_an_excursion(degrees: float, expected: Severity) -> None:
    (found,) = fold(stream(-20, *[-18 + degrees] * 7), FROZEN).excursions
    assert found.exposure.degree_minutes == pytest.approx(60 * degrees)
    assert found.severity is expected


def test_nothing_read_is_nothing_judged() -> None:
    judged = fold(NO_READINGS, FROZEN, until_s=9000)
    assert (judged.excursions, judged.gaps, judged.last_s) == ((), (), None)


def test_a_chunk_that_starts_before_the_last_one_ended_is_refused() -> None:
    state = advance(START, stream(-20, -20), FROZEN)
    with pytest.raises(ValueError, match="does not follow"):
        advance(state, stream(-20), FROZEN)


# --- properties ---------------------------------------------------------------------------------


@given(histories())
@settings(max_examples=300)
def test_it_finds_what_the_loop_finds(rows: list[Row]) -> None:
    limits = replace(CHILLED, merge_gap_s=0)
    assert outline(fold(readings_of(rows), limits)) == by_loop(rows, limits)


@given(histories(), st.randoms(use_true_random=False))
def test_shuffled_and_doubled_is_sorted_once(rows: list[Row], chance: random.Random) -> None:
    arrivals = rows + [row for row in rows if chance.random() < 0.3]
    chance.shuffle(arrivals)
    assert fold(readings_of(arrivals), CHILLED) == fold(readings_of(rows), CHILLED)


@given(st.data(), histories())
def test_a_stream_in_chunks_is_the_batch(data: st.DataObject, rows: list[Row]) -> None:
    contexts = data.draw(excuses(rows))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=6)))
    state = START
    for low, high in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        state = advance(state, readings_of(rows[low:high]), CHILLED, contexts)
    is_asked_later = data.draw(st.booleans())
    until_s = rows[-1][0] + 5000 if rows and is_asked_later else None
    batch = fold(readings_of(rows), CHILLED, contexts, until_s=until_s)
    assert finish(state, CHILLED, contexts, until_s=until_s) == batch


def shifted(excursion: Excursion, by_s: int) -> Excursion:
    def move(at_s: int | None) -> int | None:
        return None if at_s is None else at_s + by_s

    return replace(
        excursion,
        started_s=excursion.started_s + by_s,
        opened_s=move(excursion.opened_s),
        ended_s=move(excursion.ended_s),
        closed_s=move(excursion.closed_s),
    )


@given(st.data(), histories(), st.integers(-(10**9), 10**9))
def test_a_shift_in_time_shifts_only_the_times(
    data: st.DataObject, rows: list[Row], by_s: int
) -> None:
    contexts = data.draw(excuses(rows))
    moved = gather(replace(w, from_s=w.from_s + by_s, to_s=w.to_s + by_s) for w in contexts.windows)
    here = fold(readings_of(rows), CHILLED, contexts)
    there = fold(readings_of([(at + by_s, value) for at, value in rows]), CHILLED, moved)
    assert there.excursions == tuple(shifted(e, by_s) for e in here.excursions)
    assert (there.exposure, there.n_readings) == (here.exposure, here.n_readings)
    assert [g.length_s for g in there.gaps] == [g.length_s for g in here.gaps]


@given(histories())
def test_merging_joins_what_lies_close_and_loses_no_exposure(rows: list[Row]) -> None:
    apart = fold(readings_of(rows), replace(CHILLED, merge_gap_s=0))
    joined: list[tuple[int, int | None, str]] = []
    for one in apart.excursions:
        last = joined[-1] if joined else None
        is_near = (
            last is not None
            and last[2] == "closed"
            and last[1] is not None
            and one.started_s - last[1] <= CHILLED.merge_gap_s
            and not within(apart.gaps, last[1], one.started_s)
        )
        start = joined.pop()[0] if is_near else one.started_s
        joined.append((start, one.ended_s, str(one.phase)))
    merged = fold(readings_of(rows), CHILLED)
    assert [(e.started_s, e.ended_s, str(e.phase)) for e in merged.excursions] == joined
    assert sum(e.exposure.beyond_s for e in merged.excursions) == sum(
        e.exposure.beyond_s for e in apart.excursions
    )


@given(st.data(), histories())
def test_contexts_never_open_more_and_never_change_the_exposure(
    data: st.DataObject, rows: list[Row]
) -> None:
    excused = fold(readings_of(rows), CHILLED, data.draw(excuses(rows)))
    strict = fold(readings_of(rows), CHILLED, NO_CONTEXTS)
    assert excused.exposure == strict.exposure
    for found in excused.excursions:
        assert found.opened_s is not None
        assert any(e.started_s <= found.started_s and e.overlaps(found.opened_s, found.opened_s + 1)
                   for e in strict.excursions)  # fmt: skip
