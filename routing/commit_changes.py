"""What a commit changes for each load: on which trip it was, on which it goes, who carries it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from routing.models import Load, StopTask, Trip
from routing.plan_reading import loads_of


@dataclass(frozen=True, slots=True)
class Changes:
    """Loads by primary key: carried by the new plan, on withdrawn trips only, and per carrier."""

    carried: dict[int, Load]
    trip_of: dict[int, Trip]
    former_carriers: dict[int, int]
    dropped: dict[int, Load]
    by_carrier: dict[int, list[int]]


def changes_of(*, trips: Sequence[Trip], withdrawn: Sequence[Trip]) -> Changes:
    """Lock the loads of both plans and say what becomes of each."""
    new = {load_id: trip for trip in trips for load_id in _load_ids(loads_of(trip))}
    old = {load_id: trip for trip in withdrawn for load_id in _load_ids(loads_of(trip))}
    # Locked rows are what the database holds now, not what the trips were read with.
    rows = {
        row.pk: row
        for row in Load.objects.select_for_update(of=("self",))
        .filter(pk__in=new.keys() | old.keys())
        .select_related("shipper", "origin", "destination", "category")
        .order_by("pk")
    }
    by_carrier: dict[int, list[int]] = defaultdict(list)
    for load_id, trip in new.items():
        by_carrier[trip.carrier_id].append(load_id)
    return Changes(
        carried={load_id: rows[load_id] for load_id in sorted(new)},
        trip_of=new,
        former_carriers={load_id: trip.carrier_id for load_id, trip in old.items()},
        dropped={load_id: rows[load_id] for load_id in sorted(old.keys() - new.keys())},
        by_carrier=dict(sorted(by_carrier.items())),
    )


def _load_ids(tasks: Iterable[StopTask]) -> list[int]:
    return [task.load_id for task in tasks if task.load_id is not None]
