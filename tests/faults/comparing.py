"""Compares what the database holds with what the oracle says it must hold; pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.faults.streams import Row
from warehouses.compliance.behavior import without_spikes
from warehouses.compliance.fold import fold
from warehouses.compliance.join import join
from warehouses.compliance.limits import Limits
from warehouses.compliance.readings import Readings, frozen


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """An excursion by what the fold says of it; `ended_s` is 0 while it runs."""

    space: str
    started_s: int
    ended_s: int
    phase: str
    severity: str
    peak_centi_c: int
    n_readings: int


def stretches(rows: Iterable[Row], limits: Limits) -> set[Stretch]:
    """Fold the readings of each space, one sensor each, all at once and in order."""
    by_space: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        by_space[row.sensor].append((row.at_s, row.centi_c))
    found: set[Stretch] = set()
    for space, pairs in by_space.items():
        pairs.sort()
        readings = Readings(frozen([at for at, _ in pairs]), frozen([c for _, c in pairs]))
        for one in join([fold(without_spikes(readings), limits).excursions]):
            found.add(
                Stretch(
                    space,
                    one.started_s,
                    one.ended_s or 0,
                    str(one.phase),
                    str(one.severity),
                    one.peak_centi_c,
                    one.n_readings,
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class Kept:
    """What the database holds in the end."""

    readings: list[Row]
    excursions: list[Stretch]
    # Keys of messages that stand as sent, and those that an all-clear or an answer made needless.
    sent_keys: set[str]
    other_keys: set[str]
    # Spaces of running excursions whose people were called.
    called: set[str]


@dataclass(frozen=True, slots=True)
class Figures:
    """The run's outcome; everything but the last is zero where nothing went wrong."""

    n_acknowledged_lost: int
    n_duplicated: int
    n_never_sent: int
    n_missed: int
    n_false: int
    n_keys_missing: int
    n_keys_unknown: int
    n_not_called: int
    n_repeated: int


def compare(
    *, sent: set[Row], acknowledged: set[Row], kept: Kept, heard: Mapping[str, int], limits: Limits
) -> Figures:
    """Say what was lost, doubled, missed, made up, not told or told again; `heard` counts messages by key."""
    rows = Counter(kept.readings)
    seconds = Counter((row.sensor, row.at_s) for row in kept.readings)
    # What was acknowledged counts although it were lost: a loss must not lower what is expected.
    expected = stretches(acknowledged | set(rows), limits)
    found = Counter(kept.excursions)
    running = {one.space for one in expected if not one.ended_s}
    return Figures(
        n_acknowledged_lost=len(acknowledged - set(rows)),
        n_duplicated=sum(count - 1 for count in seconds.values()),
        n_never_sent=len(set(rows) - sent),
        n_missed=len(expected - set(found)),
        n_false=sum((found - Counter(expected)).values()),
        n_keys_missing=len(kept.sent_keys - set(heard)),
        n_keys_unknown=len(set(heard) - kept.sent_keys - kept.other_keys),
        n_not_called=len(running - kept.called),
        n_repeated=sum(count - 1 for count in heard.values()),
    )
