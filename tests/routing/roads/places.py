"""Sites at crossings of our road network.

None is at an end of the low bridge and no two are neighbors: a road engine may put such a place on
the bridge itself, or both on one street, and then the way between them is a matter of taste.
"""

from logistics.models import Site
from tests.routing.roads.network import Crossing, crossings

TOWN = ((0, 0), (5, 2), (0, 9), (6, 1), (3, 4), (3, 0), (7, 9), (7, 0), (2, 7))
ISLAND = (4, 25)


def at(row: int, column: int) -> Crossing:
    return crossings()[row, column]


def site(row: int, column: int) -> Site:
    crossing = at(row, column)
    return Site(code=f"r{row}c{column}", latitude=crossing.latitude, longitude=crossing.longitude)


def town(n: int = len(TOWN)) -> list[Site]:
    return [site(*place) for place in TOWN[:n]]


def elsewhere(code: str = "beijing") -> Site:
    return Site(code=code, latitude=39.9, longitude=116.4)
