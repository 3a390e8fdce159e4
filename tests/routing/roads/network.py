"""A road network of our own near Luohe, small enough to write by hand: a town, a river with two bridges, an island.

The town is a grid of two-way streets, but one street is one-way and one of the two bridges is too
low for a truck. The island has streets and no bridge at all. Nothing of it is copied from a map.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians
from pathlib import Path

import numpy as np
import numpy.typing as npt
import osmium
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

SOUTH, WEST = 33.5700, 114.0300
STEP_LATITUDE, STEP_LONGITUDE = 0.0050, 0.0060
N_ROWS, N_COLUMNS = 8, 10
LAST_BEFORE_RIVER = 4
LOW_BRIDGE_ROW, HIGH_BRIDGE_ROW, ONE_WAY_ROW = 1, 6, 3
LOW_BRIDGE_M = 3.2
ISLAND_COLUMN, N_ISLAND = 22, 8
M_PER_DEGREE = 111_195.0
"""On the sphere of 6,371,008.8 m; good to 0.3 % here."""

Meters = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Crossing:
    """Where streets meet; `id` is what a map calls the node."""

    id: int
    row: int
    column: int

    @property
    def latitude(self) -> float:
        """Degrees north."""
        return round(SOUTH + self.row * STEP_LATITUDE, 6)

    @property
    def longitude(self) -> float:
        """Degrees east."""
        return round(WEST + self.column * STEP_LONGITUDE, 6)


@dataclass(frozen=True)
class Street:
    """A straight street through crossings, in the direction of travel where it is one-way."""

    crossings: tuple[Crossing, ...]
    is_one_way: bool = False
    max_height_m: float | None = None


def crossings() -> dict[tuple[int, int], Crossing]:
    """Return every crossing by row and column."""
    columns = [*range(N_COLUMNS), *range(ISLAND_COLUMN, ISLAND_COLUMN + N_ISLAND)]
    places = [(row, column) for row in range(N_ROWS) for column in columns]
    return {place: Crossing(number, *place) for number, place in enumerate(places, start=1)}


def streets() -> list[Street]:
    """Return the streets of town and island, and the two bridges of the town."""
    at = crossings()
    banks = [
        range(LAST_BEFORE_RIVER + 1),
        range(LAST_BEFORE_RIVER + 1, N_COLUMNS),
        range(ISLAND_COLUMN, ISLAND_COLUMN + N_ISLAND),
    ]
    along = [
        Street(tuple(at[row, column] for column in bank), is_one_way=row == ONE_WAY_ROW)
        for bank in banks
        for row in range(N_ROWS)
    ]
    across = [
        Street(tuple(at[row, column] for row in range(N_ROWS))) for bank in banks for column in bank
    ]
    bridge = {
        row: (at[row, LAST_BEFORE_RIVER], at[row, LAST_BEFORE_RIVER + 1])
        for row in (LOW_BRIDGE_ROW, HIGH_BRIDGE_ROW)
    }
    low = Street(bridge[LOW_BRIDGE_ROW], max_height_m=LOW_BRIDGE_M)
    return [*along, *across, low, Street(bridge[HIGH_BRIDGE_ROW])]


def write_map(path: Path) -> None:
    """Write the network as OpenStreetMap data (.osm.pbf)."""
    writer = osmium.SimpleWriter(str(path))
    for crossing in crossings().values():
        location = (crossing.longitude, crossing.latitude)
        writer.add_node(osmium.osm.mutable.Node(id=crossing.id, location=location, version=1))
    for number, street in enumerate(streets(), start=1):
        tags = {"highway": "secondary", "name": f"Street {number}"}
        tags |= {"oneway": "yes"} if street.is_one_way else {}
        tags |= {"maxheight": str(street.max_height_m)} if street.max_height_m else {}
        nodes = [crossing.id for crossing in street.crossings]
        writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags, version=1))
    writer.close()


def shortest_m(places: list[Crossing], *, height_m: float) -> Meters:
    """Return the shortest ways [n, n] between crossings by Dijkstra; infinite where there is none."""
    n = len(crossings()) + 1
    lengths: dict[tuple[int, int], float] = {}
    for street in streets():
        if street.max_height_m and height_m > street.max_height_m:
            continue
        for one, other in pairwise(street.crossings):
            lengths[one.id, other.id] = apart_m(one, other)
            if not street.is_one_way:
                lengths[other.id, one.id] = apart_m(one, other)
    ends = np.array(list(lengths))
    graph = csr_matrix((list(lengths.values()), (ends[:, 0], ends[:, 1])), shape=(n, n))
    ids = [place.id for place in places]
    found: Meters = dijkstra(graph, indices=ids)[:, ids]
    return found


def apart_m(one: Crossing, other: Crossing) -> float:
    """Return the straight distance between neighbors."""
    north = (one.latitude - other.latitude) * M_PER_DEGREE
    east = (one.longitude - other.longitude) * M_PER_DEGREE * cos(radians(one.latitude))
    return float(np.hypot(north, east))
