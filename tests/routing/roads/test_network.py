"""The road network of the tests is the one that the map file holds, and its kept tiles stay small."""

from itertools import pairwise
from pathlib import Path

import osmium

from tests.routing.roads.build_tiles import ARCHIVE
from tests.routing.roads.network import crossings, streets, write_map


def test_the_map_file_holds_every_street(tmp_path: Path) -> None:
    file = tmp_path / "town.osm.pbf"
    write_map(file)
    points: dict[int, tuple[float, float]] = {}
    parts: list[tuple[int, int, str | None, str | None]] = []
    for thing in osmium.FileProcessor(str(file)):
        if isinstance(thing, osmium.osm.Node):
            points[thing.id] = (round(thing.location.lat, 6), round(thing.location.lon, 6))
        elif isinstance(thing, osmium.osm.Way):
            tags = thing.tags.get("oneway"), thing.tags.get("maxheight")
            parts += [(*pair, *tags) for pair in pairwise(node.ref for node in thing.nodes)]
    assert points == {c.id: (c.latitude, c.longitude) for c in crossings().values()}
    assert parts == [
        (
            one.id,
            other.id,
            "yes" if street.is_one_way else None,
            str(street.max_height_m) if street.max_height_m else None,
        )
        for street in streets()
        for one, other in pairwise(street.crossings)
    ]


def test_the_kept_tiles_are_small() -> None:
    assert ARCHIVE.stat().st_size < 10_000
