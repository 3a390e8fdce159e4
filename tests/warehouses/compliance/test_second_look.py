"""Judging again from an anchor finds what judging everything finds, for one sensor or several."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from warehouses.compliance.anchor import Span, anchors, span
from warehouses.compliance.excursions import Excursion, Phase, Severity, Side
from warehouses.compliance.exposure import Exposure
from warehouses.compliance.fold import fold
from warehouses.compliance.join import join
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import Readings, arrange

CHILLED = Limits(
    lowest_centi_c=0,
    highest_centi_c=400,
    hard_highest_centi_c=1000,
    tolerance_s=1200,
    hysteresis_centi_c=50,
    return_delay_s=600,
    merge_gap_s=1800,
    max_gap_s=1200,
)
Row = tuple[int, int]
LATEST = 10**11

rows = st.lists(
    st.tuples(
        st.sampled_from([300, 300, 600, 600, 1201]),
        st.sampled_from([200, 200, 200, 380, 410, 410, 410, 410, 1001]),
    ),
    max_size=60,
).map(lambda steps: [(300 * i + step, value) for i, (step, value) in enumerate(steps)])


def readings_of(some: list[Row]) -> Readings:
    return arrange([at for at, _ in some], [value for _, value in some])


def excursions_of(streams: list[Readings]) -> tuple[Excursion, ...]:
    return join([fold(readings, CHILLED).excursions for readings in streams])


@given(st.data(), st.lists(rows, min_size=1, max_size=3))
@settings(max_examples=500)
def test_a_second_look_from_the_anchors_finds_what_a_look_at_everything_finds(
    data: st.DataObject, histories: list[list[Row]]
) -> None:
    dirty_from_s = data.draw(st.integers(0, 20_000))
    late = [[(dirty_from_s + at - 300, value) for at, value in data.draw(rows)] for _ in histories]
    known = excursions_of([readings_of(some) for some in histories])
    spans = [span(e.phase, e.started_s, e.ended_s, CHILLED) for e in known]
    streams = [readings_of(a + b) for a, b in zip(histories, late, strict=True)]
    starts = anchors(streams, dirty_from_s, spans, CHILLED)
    again = excursions_of(
        [r.between(at or 0, LATEST) for r, at in zip(streams, starts, strict=True)]
    )
    first_s = min(at or 0 for at in starts)
    kept = tuple(e for e in known if e.started_s < first_s)
    assert kept + again == excursions_of(streams)


def test_an_anchor_lies_before_a_known_excursion_that_new_readings_may_still_join() -> None:
    warm = [410] * 7
    values = [200, *warm, 200, 200, 200, 410, 410]
    readings = readings_of([(300 * i, value) for i, value in enumerate(values)])
    (found,) = fold(readings, CHILLED).excursions
    assert found.phase is Phase.CLOSED
    reach = span(found.phase, found.started_s, found.ended_s, CHILLED)
    assert anchors([readings], 13 * 300, [reach], CHILLED) == (0,)
    assert anchors([readings], 13 * 300, [], CHILLED) == (10 * 300,)


def test_an_excursion_that_is_not_over_reaches_without_end() -> None:
    assert span(Phase.CLOSING, 10, 20, CHILLED) == Span(10, None)
    assert span(Phase.OPEN, 10, None, CHILLED) == Span(10, None)
    assert span(Phase.UNKNOWN_END, 10, 20, CHILLED) == Span(10, 21)


def test_a_stream_that_was_never_inside_the_band_has_no_anchor() -> None:
    assert anchors([readings_of([(0, 900), (300, 900)])], 600, [], CHILLED) == (None,)


ONE = Excursion(
    started_s=0,
    opened_s=30,
    ended_s=100,
    closed_s=110,
    phase=Phase.CLOSED,
    side=Side.HIGH,
    severity=Severity.MINOR,
    lowest_centi_c=410,
    highest_centi_c=500,
    n_readings=4,
    exposure=Exposure(90, 1000),
)


def test_overlapping_excursions_of_two_sensors_are_one_with_the_worst_figures() -> None:
    other = replace(
        ONE,
        started_s=50,
        opened_s=20,
        ended_s=None,
        closed_s=None,
        phase=Phase.OPEN,
        severity=Severity.MAJOR,
        highest_centi_c=700,
        exposure=Exposure(60, 5000),
        contexts=frozenset({"door"}),
    )
    (found,) = join([[other], [ONE]])
    assert (found.started_s, found.opened_s, found.ended_s) == (0, 20, None)
    assert (found.phase, found.severity) == (Phase.OPEN, Severity.MAJOR)
    assert (found.exposure, found.highest_centi_c) == (Exposure(90, 5000), 700)
    assert found.contexts == {"door"}


def test_excursions_apart_stay_apart() -> None:
    later = replace(ONE, started_s=100, ended_s=200, closed_s=210)
    assert join([[ONE], [later]]) == (ONE, later)


def test_a_sensor_that_saw_the_end_outweighs_one_that_fell_silent_before() -> None:
    silent = replace(ONE, ended_s=60, closed_s=60, phase=Phase.UNKNOWN_END)
    assert join([[silent], [ONE]])[0].phase is Phase.CLOSED
