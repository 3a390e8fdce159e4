"""The rules by which one space is judged side by side: its air, its humidity, its budget, its way back to the cold.

Each rule is a strand of its own: with limits, anchors and excursions that never join another's.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from logistics.temperature import Profile
from warehouses import streams
from warehouses.compliance.anchor import Span, span
from warehouses.compliance.cumulative import Budget, reach
from warehouses.compliance.excursions import Excursion, Phase, Side
from warehouses.compliance.limits import Limits
from warehouses.models import ExcursionKind


class Rule(StrEnum):
    """What is judged."""

    AIR = "air"
    HUMIDITY = "humidity"
    BUDGET = "budget"
    RETURN = "return"


_BY_SIDE: Final = MappingProxyType(
    {
        Rule.AIR: {Side.HIGH: ExcursionKind.HIGH, Side.LOW: ExcursionKind.LOW},
        Rule.HUMIDITY: {Side.HIGH: ExcursionKind.DAMP, Side.LOW: ExcursionKind.DRY},
        Rule.BUDGET: {Side.HIGH: ExcursionKind.BUDGET, Side.LOW: ExcursionKind.BUDGET},
        Rule.RETURN: {Side.HIGH: ExcursionKind.SLOW_RETURN, Side.LOW: ExcursionKind.SLOW_RETURN},
    }
)


def kinds_of(rule: Rule) -> frozenset[str]:
    """Return the kinds of excursion that a rule finds."""
    return frozenset(str(kind) for kind in _BY_SIDE[rule].values())


@dataclass(frozen=True, slots=True)
class Strand:
    """One rule with the limits that it judges by; only the rule of the budget has one."""

    rule: Rule
    limits: Limits
    budget: Budget | None = None

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of excursion that it finds."""
        return kinds_of(self.rule)

    def kind_of(self, found: Excursion) -> str:
        """Return the kind of an excursion that it found."""
        return str(_BY_SIDE[self.rule][found.side])

    def span(self, phase: Phase, started_s: int, ended_s: int | None) -> Span:
        """Return the reach of an excursion that is on record."""
        if self.budget:
            return Span(started_s, reach(ended_s, self.limits))
        return span(phase, started_s, ended_s, self.limits)


def strands_of(profile: Profile, *, is_vehicle: bool) -> tuple[Strand, ...]:
    """Return the rules of a class for a room or a vehicle; the air comes first."""
    air = streams.limits_of(profile, is_vehicle=is_vehicle)
    found = [Strand(Rule.AIR, air)]
    humidity = streams.humidity_limits_of(profile, is_vehicle=is_vehicle)
    if humidity:
        found.append(Strand(Rule.HUMIDITY, humidity))
    if profile.allowance:
        budget = Budget(profile.allowance.allowed_s, profile.allowance.window_s)
        found.append(Strand(Rule.BUDGET, air, budget))
    if is_vehicle and profile.must_return_soon:
        found.append(Strand(Rule.RETURN, streams.return_limits_of(profile)))
    return tuple(found)
