"""The ways between the sites of a plan: from what is kept, and from the provider for what is not."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import transaction

from logistics.models import Site
from routing.engine.columns import Bools, Ints
from routing.engine.problem_tables import NO_WAY
from routing.travel.blocks import blocks
from routing.travel.choice import chosen_provider
from routing.travel.kept_pairs import keep_pairs, read_pairs
from routing.travel.places import Places
from routing.travel.protocol import NO_ROAD, NoRoadNear, Table, TravelFailed, TravelTimes
from routing.travel.server import nothing

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """Ways between sites, all [n, n]; where `has_no_road`, both numbers are the engine's NO_WAY."""

    distance_m: Ints
    duration_s: Ints
    has_no_road: Bools


def travel_between(
    *, sites: Sequence[Site], on_wait: Callable[[], None] = nothing
) -> tuple[Ints, Ints]:
    """Return meters and seconds from each site to each, in the order given; raise TravelFailed.

    Where no road leads both are the engine's NO_WAY: no trip drives it, its loads stay unassigned
    with a reason, and the rest of the day is planned.
    """
    ways = ways_between(sites=sites, provider=chosen_provider(on_wait=on_wait))
    return ways.distance_m, ways.duration_s


def ways_between(*, sites: Sequence[Site], provider: TravelTimes | None = None) -> Ways:
    """Return the ways from each site to each, in the order given, or raise TravelFailed.

    Only ways that are not kept are asked of the provider (the one of the settings unless given),
    and each answer is kept at once, so that a plan that is taken up again goes on where it stopped.
    """
    provider = provider or chosen_provider()
    places = Places.of(sites)
    if not provider.is_kept:
        return _ways(provider.table(places, places), places)
    keys, first, site_of = np.unique(places.keys(), return_index=True, return_inverse=True)
    table = _kept_table(provider, places.take(first), keys)
    every = np.ix_(site_of, site_of)
    return _ways(Table(table.distance_m[every], table.duration_s[every]), places)


def _kept_table(provider: TravelTimes, places: Places, keys: Ints) -> Table:
    """Return the table among different places, in the order of their rising keys."""
    is_known, table = read_pairs(profile=provider.profile, keys=keys)
    for sources, targets in blocks(is_known == 0, most_places=max(2, provider.most_places)):
        part = _asked(provider, places.take(sources), places.take(targets))
        with transaction.atomic():
            keep_pairs(profile=provider.profile, ends=(keys[sources], keys[targets]), table=part)
        here = np.ix_(sources, targets)
        table.distance_m[here], table.duration_s[here] = part.distance_m, part.duration_s
    np.fill_diagonal(table.distance_m, 0)
    np.fill_diagonal(table.duration_s, 0)
    return table


def _asked(provider: TravelTimes, sources: Places, targets: Places) -> Table:
    """Ask for one table; places with no road near are found out one by one and left out."""
    try:
        return provider.table(sources, targets)
    except NoRoadNear:
        from_rows, to_rows = _near_roads(provider, sources), _near_roads(provider, targets)
    if not from_rows.size and not to_rows.size:
        msg = (
            f"{provider.profile}: no road near any of {len(sources) + len(targets)} places, {sources.refs[0]} the "
            "first; is this the map of another country, or empty?"
        )
        raise TravelFailed(msg)
    table = _no_roads(sources, targets)
    if from_rows.size and to_rows.size:
        part = _split(provider, sources.take(from_rows), targets.take(to_rows))
        here = np.ix_(from_rows, to_rows)
        table.distance_m[here], table.duration_s[here] = part.distance_m, part.duration_s
    return table


def _split(provider: TravelTimes, sources: Places, targets: Places) -> Table:
    """Ask in halves for what is refused as a whole: Valhalla does not mix regions that no road connects."""
    try:
        return provider.table(sources, targets)
    except NoRoadNear:
        n_sources, n_targets = len(sources), len(targets)
    if n_sources == n_targets == 1:
        return _no_roads(sources, targets)
    if n_sources >= n_targets:
        parts = [_split(provider, half, targets) for half in _halves(sources)]
        return _joined(parts, axis=0)
    return _joined([_split(provider, sources, half) for half in _halves(targets)], axis=1)


def _halves(places: Places) -> list[Places]:
    return [places.take(rows) for rows in np.array_split(np.arange(len(places)), 2)]


def _joined(parts: list[Table], *, axis: int) -> Table:
    return Table(
        np.concatenate([part.distance_m for part in parts], axis=axis),
        np.concatenate([part.duration_s for part in parts], axis=axis),
    )


def _no_roads(sources: Places, targets: Places) -> Table:
    shape = len(sources), len(targets)
    return Table(np.full(shape, NO_ROAD), np.full(shape, NO_ROAD))


def _near_roads(provider: TravelTimes, places: Places) -> Ints:
    """Return the rows of the places that the provider knows a road for, asked about one by one."""
    near = [row for row in range(len(places)) if _is_near_road(provider, places, row)]
    return np.array(near, dtype=np.int64)


def _is_near_road(provider: TravelTimes, places: Places, row: int) -> bool:
    one = places.take(np.array([row]))
    try:
        provider.table(one, one)
    except NoRoadNear:
        log.warning("%s: no road near %s", provider.profile, one.refs[0])
        return False
    return True


def _ways(table: Table, places: Places) -> Ways:
    has_no_road = table.distance_m == NO_ROAD
    pairs = np.argwhere(has_no_road)
    if not len(pairs):
        return Ways(table.distance_m, table.duration_s, has_no_road)
    source, target = (places.refs[row] for row in pairs[0])
    log.warning("no road from %s to %s; %d such ways in all", source, target, len(pairs))
    return Ways(
        np.where(has_no_road, NO_WAY, table.distance_m),
        np.where(has_no_road, NO_WAY, table.duration_s),
        has_no_road,
    )
