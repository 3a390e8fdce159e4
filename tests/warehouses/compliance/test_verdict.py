"""A shipment is compliant only when readings prove it."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouses.compliance.excursions import Severity
from warehouses.compliance.gaps import Gap
from warehouses.compliance.verdict import Cause, Finding, Outcome, Stay, Verdict, judge

ROOM = Stay(0, 1000)
TRUCK = Stay(1000, 3000)
MINOR = Finding(100, 200, Severity.MINOR)
MAJOR = replace(MINOR, severity=Severity.MAJOR)


def causes(verdict: Verdict) -> list[Cause]:
    return [reason.cause for reason in verdict.reasons]


def test_full_coverage_and_no_excursion_is_compliant() -> None:
    verdict = judge([TRUCK, ROOM], least_coverage_percent=95)
    assert (verdict.outcome, verdict.reasons) == (Outcome.COMPLIANT, ())
    assert (verdict.covered_s, verdict.total_s, verdict.coverage) == (3000, 3000, 1.0)


@pytest.mark.parametrize("severity", [Severity.MAJOR, Severity.CRITICAL])
def test_an_excursion_of_major_or_more_is_a_breach(severity: Severity) -> None:
    stay = replace(ROOM, findings=(replace(MINOR, severity=severity),))
    verdict = judge([stay, TRUCK], least_coverage_percent=95)
    assert verdict.outcome is Outcome.BREACHED
    assert verdict.reasons[0].figure == severity


def test_a_breach_outweighs_what_is_not_proven() -> None:
    stay = replace(ROOM, findings=(MAJOR,), gaps=(Gap(0, 900),))
    verdict = judge([stay], least_coverage_percent=95)
    assert verdict.outcome is Outcome.BREACHED
    assert causes(verdict) == [Cause.EXCURSION, Cause.LOW_COVERAGE]


def test_a_minor_excursion_is_not_proven_until_a_person_releases_it() -> None:
    stay = replace(ROOM, findings=(MINOR,))
    assert judge([stay], least_coverage_percent=95).outcome is Outcome.NOT_PROVEN
    released = replace(ROOM, findings=(replace(MINOR, is_released=True),))
    assert judge([released], least_coverage_percent=95).outcome is Outcome.COMPLIANT


def test_a_release_does_not_wash_a_major_excursion() -> None:
    stay = replace(ROOM, findings=(replace(MAJOR, is_released=True),))
    assert judge([stay], least_coverage_percent=95).outcome is Outcome.BREACHED


def test_an_end_that_nobody_saw_blocks_compliant_even_when_released() -> None:
    finding = replace(MINOR, is_released=True, has_known_end=False)
    verdict = judge([replace(ROOM, findings=(finding,))], least_coverage_percent=0)
    assert (verdict.outcome, causes(verdict)) == (Outcome.NOT_PROVEN, [Cause.UNKNOWN_END])


def test_a_suspect_gap_blocks_compliant_although_the_coverage_would_do() -> None:
    stay = replace(TRUCK, gaps=(Gap(1000, 1010, is_suspect=True),))
    verdict = judge([ROOM, stay], least_coverage_percent=95)
    assert (verdict.outcome, causes(verdict)) == (Outcome.NOT_PROVEN, [Cause.SUSPECT_GAP])


def test_exactly_the_least_coverage_is_enough() -> None:
    enough = replace(ROOM, gaps=(Gap(0, 50),))
    assert judge([enough], least_coverage_percent=95).outcome is Outcome.COMPLIANT
    short = judge([replace(ROOM, gaps=(Gap(0, 51),))], least_coverage_percent=95)
    assert short.outcome is Outcome.NOT_PROVEN
    assert short.reasons[0].figure == "94.9"


def test_an_unwatched_class_needs_no_coverage() -> None:
    assert (
        judge([replace(ROOM, gaps=(Gap(0, 1000),))], least_coverage_percent=0).outcome
        is Outcome.COMPLIANT
    )


def test_a_hole_in_the_custody_counts_as_not_covered() -> None:
    verdict = judge([ROOM, Stay(1100, 2000)], least_coverage_percent=96)
    assert verdict.outcome is Outcome.NOT_PROVEN
    assert causes(verdict) == [Cause.CUSTODY_HOLE, Cause.LOW_COVERAGE]
    assert (verdict.covered_s, verdict.total_s) == (1900, 2000)
    assert judge([ROOM, Stay(1100, 2000)], least_coverage_percent=95).outcome is Outcome.COMPLIANT


def test_two_places_at_once_is_not_proven_and_counted_once() -> None:
    verdict = judge([ROOM, Stay(900, 2000)], least_coverage_percent=95)
    assert (verdict.outcome, causes(verdict)) == (Outcome.NOT_PROVEN, [Cause.CUSTODY_OVERLAP])
    assert (verdict.covered_s, verdict.total_s) == (2000, 2000)


def test_a_refusal_at_the_hand_over_is_a_breach() -> None:
    verdict = judge([ROOM], least_coverage_percent=95, refused_at_s=1000)
    assert (verdict.outcome, causes(verdict)) == (Outcome.BREACHED, [Cause.REFUSED])


def test_a_shipment_that_was_nowhere_is_not_proven() -> None:
    verdict = judge([Stay(5, 5)], least_coverage_percent=0)
    assert (verdict.outcome, causes(verdict)) == (Outcome.NOT_PROVEN, [Cause.NO_STAY])
    assert verdict.coverage == 0.0


@st.composite
def stays(draw: st.DrawFn) -> list[Stay]:
    severities = st.sampled_from(list(Severity))
    rows = draw(
        st.lists(st.tuples(st.integers(0, 999), st.integers(1, 500), st.booleans(), severities))
    )
    return [
        Stay(
            from_s,
            from_s + length,
            (Finding(from_s, from_s + 1, severity),) if has_finding else (),
            (Gap(from_s, from_s + length // 3),),
        )
        for from_s, length, has_finding, severity in rows
    ]


@given(stays(), st.integers(0, 100), st.randoms(use_true_random=False))
def test_the_order_of_the_stays_does_not_matter(
    some: list[Stay], least: int, chance: random.Random
) -> None:
    shuffled = list(some)
    chance.shuffle(shuffled)
    here, there = (judge(s, least_coverage_percent=least) for s in (some, shuffled))
    assert here.outcome is there.outcome
    assert here.total_s == there.total_s


@given(stays(), st.integers(0, 99))
def test_asking_for_more_coverage_never_makes_a_shipment_better(
    some: list[Stay], least: int
) -> None:
    order = [Outcome.BREACHED, Outcome.NOT_PROVEN, Outcome.COMPLIANT]
    lax, strict = (judge(some, least_coverage_percent=p).outcome for p in (least, least + 1))
    assert order.index(strict) <= order.index(lax)


@given(stays(), st.integers(0, 100))
def test_a_major_excursion_is_always_a_breach_and_the_coverage_lies_between_0_and_1(
    some: list[Stay], least: int
) -> None:
    verdict = judge(some, least_coverage_percent=least)
    is_major = any(f.severity is not Severity.MINOR for stay in some for f in stay.findings)
    assert (verdict.outcome is Outcome.BREACHED) == is_major
    assert 0 <= verdict.coverage <= 1
