"""The kinds of trucks of generated days; every figure is invented."""

from typing import NamedTuple


class Body(NamedTuple):
    """One kind of truck: bulkhead positions, payload, volume, fen, work radius, trips, city ban."""

    layouts: tuple[tuple[int, ...], ...]
    max_kg: int
    max_l: int
    fixed_fen: int
    per_km_fen: int
    per_hour_fen: int
    radius_km: tuple[int, int]
    n_stops: int
    max_trips: int = 1
    is_restricted: bool = True


VAN = Body(((6,),), 1_500, 15_000, 300_00, 180, 4_000, (3, 25), 3, 2, is_restricted=False)
BODIES = (
    VAN,
    Body(((11,),), 7_000, 35_000, 550_00, 260, 5_000, (8, 90), 4),
    Body(((14,), (9, 4), (5, 8)), 9_000, 42_000, 700_00, 300, 5_500, (60, 250), 4),
    Body(((9, 7),), 12_000, 54_000, 950_00, 370, 6_000, (60, 300), 5),
    Body(((25,),), 28_000, 84_000, 1300_00, 480, 7_000, (250, 700), 3),
)
SHARES = (0.3, 0.2, 0.2, 0.15, 0.15)
LINE_HAUL = 4
