"""Owns what a dossier states: custody, hand-overs, coverage, excursions, budget and verdict, computed from its facts.

One pure function of the facts, the evidence and the packed readings makes it; `verifying` calls the same
function and compares. Durations are seconds, temperatures °C.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from warehouses import custody_shares
from warehouses.compliance.contexts import Context, gather
from warehouses.compliance.exposure import NO_EXPOSURE, Exposure
from warehouses.compliance.gaps import Gap, covered_s
from warehouses.compliance.kinetics import NO_AGING, Aging
from warehouses.compliance.readings import Readings
from warehouses.compliance.verdict import judge
from warehouses.custody_shares import Air, Known, Share
from warehouses.dossier import blocks
from warehouses.dossier.papers import Evidence, Facts, SensorPaper, Space, StayPaper

Members = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stay with its space, its air by sensor, and its share."""

    stay: StayPaper
    space: Space
    air: Air
    sensors: tuple[tuple[SensorPaper, Readings], ...]
    share: Share
    aging: Aging
    contexts: tuple[Context, ...]

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The time nobody measured."""
        return self.share.stay.gaps


def stretches(facts: Facts, evidence: Evidence, members: Members) -> tuple[Stretch, ...]:
    """Weigh every stay by the blocks; raises BlockError, LookupError, ValueError where they do not fit."""
    spaces = {space.id: space for space in facts.spaces}
    airs = {air.space: air for air in evidence.airs}
    heard: dict[str, list[tuple[SensorPaper, Readings]]] = {space: [] for space in spaces}
    for sensor in evidence.sensors:
        readings = blocks.readings_of(blocks.contents_of(sensor, members), sensor.offsets)
        if len(readings):
            heard[sensor.space].append((sensor, readings))
    judged: dict[str, tuple[Air, tuple[Context, ...]]] = {}
    for space in spaces.values():
        limits = facts.profile.vehicle if space.is_vehicle else facts.profile.room
        paper = airs[space.id]
        contexts = gather(Context(one.kind, one.from_s, one.to_s) for one in paper.contexts)
        known = [Known(one.from_s, one.to_s, one.is_released) for one in paper.known]
        air = custody_shares.air_of([r for _, r in heard[space.id]], limits, contexts, known)
        judged[space.id] = (air, contexts.windows)
    found = []
    for stay in facts.stays:
        air, windows = judged[stay.space]
        found.append(
            Stretch(
                stay=stay,
                space=spaces[stay.space],
                air=air,
                sensors=tuple(heard[stay.space]),
                share=custody_shares.share(air, stay.from_s, stay.to_s),
                aging=custody_shares.aging(air, stay.from_s, stay.to_s),
                contexts=tuple(w for w in windows if w.from_s < stay.to_s and stay.from_s < w.to_s),
            )
        )
    return tuple(found)


def state(facts: Facts, evidence: Evidence, members: Members) -> dict[str, Any]:
    """Return the statement as JSON values; raises as `stretches`."""
    return stated(facts, stretches(facts, evidence, members))


def stated(facts: Facts, found: tuple[Stretch, ...]) -> dict[str, Any]:
    """Return the statement of stretches that are weighed already."""
    answer = judge(
        [one.share.stay for one in found],
        least_coverage_percent=facts.profile.least_coverage_percent,
    )
    return {
        "custody": [_custody(one) for one in found],
        "hand_overs": list(_hand_overs(facts, found)),
        "coverage": {
            "covered_s": answer.covered_s,
            "total_s": answer.total_s,
            "percent": round(100 * answer.coverage, 1),
            "least_percent": facts.profile.least_coverage_percent,
        },
        "excursions": [row for one in found for row in _excursions(one)],
        "budget": _budget(facts, found),
        "verdict": {
            "outcome": str(answer.outcome),
            "reasons": [
                {
                    "cause": str(reason.cause),
                    "from_s": reason.from_s,
                    "to_s": reason.to_s,
                    "figure": reason.figure,
                }
                for reason in answer.reasons
            ],
        },
    }


def _custody(one: Stretch) -> dict[str, Any]:
    from_s, to_s = one.stay.from_s, one.stay.to_s
    inside = [readings.between(from_s, to_s) for _, readings in one.sensors]
    values = [part.value_centi_c for part in inside if len(part)]
    everything = np.concatenate(values) if values else None
    return {
        "space": one.space.id,
        "code": one.space.code,
        "keeper": one.space.keeper.id,
        "from_s": from_s,
        "to_s": to_s,
        "is_open": one.stay.is_open,
        "sensors": [sensor.code for sensor, _ in one.sensors],
        "n_readings": sum(len(part) for part in inside),
        "least_c": None if everything is None else int(everything.min()) / 100,
        "most_c": None if everything is None else int(everything.max()) / 100,
        "covered_s": covered_s(one.gaps, from_s, to_s),
        "gaps": [
            {"from_s": gap.from_s, "to_s": gap.to_s, "is_suspect": gap.is_suspect}
            for gap in one.gaps
        ],
        "contexts": [
            {"kind": w.kind, "from_s": max(w.from_s, from_s), "to_s": min(w.to_s, to_s)}
            for w in one.contexts
        ],
    }


def _hand_overs(facts: Facts, found: tuple[Stretch, ...]) -> Iterator[dict[str, Any]]:
    """Name every moment at which the goods changed their place, with the air on both sides of it."""
    if not found:
        return
    yield _hand_over(facts, None, found[0], found[0].stay.from_s)
    for before, after in pairwise(found):
        yield _hand_over(facts, before, after, after.stay.from_s)
    if not found[-1].stay.is_open:
        yield _hand_over(facts, found[-1], None, found[-1].stay.to_s)


def _hand_over(
    facts: Facts, before: Stretch | None, after: Stretch | None, at_s: int
) -> dict[str, Any]:
    given = None if before is None else _reading_at(facts, before, before.stay.to_s)
    taken = None if after is None else _reading_at(facts, after, after.stay.from_s)
    keepers = [None if one is None else one.space.keeper.id for one in (before, after)]
    return {
        "at_s": at_s,
        "from_space": None if before is None else before.space.id,
        "to_space": None if after is None else after.space.id,
        "from_keeper": keepers[0],
        "to_keeper": keepers[1],
        "is_between_keepers": keepers[0] != keepers[1],
        "given": given,
        "taken": taken,
    }


def _reading_at(facts: Facts, one: Stretch, at_s: int) -> dict[str, Any] | None:
    """Return the reading next to a moment by the sensor furthest from the middle of what is accepted; None in a gap."""
    low, high = facts.profile.accept_lowest_centi_c, facts.profile.accept_highest_centi_c
    near = []
    for sensor, readings in one.sensors:
        i = int(np.abs(readings.at_s - at_s).argmin())
        if abs(int(readings.at_s[i]) - at_s) <= one.air.limits.max_gap_s:
            near.append((int(readings.value_centi_c[i]), int(readings.at_s[i]), sensor.code))
    if not near:
        return None

    def beyond(value: int) -> int:
        over = value - high if high is not None else (low - value if low is not None else value)
        return max(over, low - value) if low is not None else over

    value, measured_s, code = max(near, key=lambda each: beyond(each[0]))
    is_accepted = (low is None or value >= low) and (high is None or value <= high)
    return {
        "sensor": code,
        "at_s": measured_s,
        "value_c": value / 100,
        "is_accepted": is_accepted,
    }


def _excursions(one: Stretch) -> Iterator[dict[str, Any]]:
    """Name the shares of the stay in excursions, by the limits of the goods' own class."""
    shared = (e for e in one.air.excursions if e.overlaps(one.stay.from_s, one.stay.to_s))
    for finding, whole in zip(one.share.stay.findings, shared, strict=True):
        yield {
            "space": one.space.id,
            "keeper": one.space.keeper.id,
            "from_s": finding.from_s,
            "to_s": finding.to_s,
            "severity": str(finding.severity),
            "side": str(whole.side),
            "least_c": whole.lowest_centi_c / 100,
            "most_c": whole.highest_centi_c / 100,
            "has_known_end": finding.has_known_end,
            "is_released": finding.is_released,
            "contexts": sorted(whole.contexts),
        }


def _budget(facts: Facts, found: tuple[Stretch, ...]) -> dict[str, Any]:
    """Share out among the keepers what the goods may endure: degree-minutes beyond the band below a major excursion.

    The shares add up to what was used. The mean kinetic temperature is there for warmth alone.
    """
    allowed = facts.profile.vehicle.major_degree_minutes
    suffered: dict[str, Exposure] = {}
    aged: dict[str, Aging] = {}
    for one in found:
        keeper = one.space.keeper.id
        suffered[keeper] = suffered.get(keeper, NO_EXPOSURE) + one.share.exposure
        aged[keeper] = aged.get(keeper, NO_AGING) + one.aging
    total = sum(suffered.values(), NO_EXPOSURE)
    return {
        "allowed_degree_minutes": allowed,
        **_used(total, sum(aged.values(), NO_AGING), allowed),
        "shares": [
            {"keeper": keeper, **_used(suffered[keeper], aged[keeper], allowed)}
            for keeper in suffered
        ],
    }


def _used(exposure: Exposure, aging: Aging, allowed: int) -> dict[str, Any]:
    mkt_c = aging.mkt_c
    return {
        "beyond_s": exposure.beyond_s,
        "degree_minutes": round(exposure.degree_minutes, 2),
        "used_percent": round(100 * exposure.degree_minutes / allowed, 1) if allowed else None,
        "mkt_c": None if mkt_c is None else round(mkt_c, 3),
    }
