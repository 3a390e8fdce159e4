"""GCJ-02 and BD-09 to WGS-84 and back: published points, a round trip within a millimeter, nothing outside China."""

import pytest
from geopy.distance import geodesic
from hypothesis import example, given
from hypothesis import strategies as st

from routing import datum

MILLIMETER = 0.001
IN_CHINA = st.tuples(
    st.floats(*datum.CHINA_LATITUDE, allow_subnormal=False),
    st.floats(*datum.CHINA_LONGITUDE, allow_subnormal=False),
)
ABROAD = st.one_of(
    st.tuples(st.floats(-90, 90), st.floats(-180, 71.9)),
    st.tuples(st.floats(-90, 90), st.floats(138, 180)),
    st.tuples(st.floats(-90, 0.7), st.floats(-180, 180)),
    st.tuples(st.floats(56, 90), st.floats(-180, 180)),
)


def apart_m(one: datum.Point, other: datum.Point) -> float:
    return float(geodesic(one, other).m)


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [  # the tests of eviltransform: Shanghai, Shenzhen, Beijing; it uses another ellipsoid, hence 2 cm
        ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
        ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
        ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
        # the example of coordtransform
        ((39.915, 116.404), (39.91640428150164, 116.41024449916938)),
    ],
)
def test_published_points_of_gcj02(wgs84: datum.Point, gcj02: datum.Point) -> None:
    assert apart_m(datum.gcj02_of_wgs84(*wgs84), gcj02) < 0.02
    assert apart_m(datum.wgs84_of_gcj02(*gcj02), wgs84) < 0.02


def test_published_points_of_bd09() -> None:
    """The example of coordtransform, whose way back is a formula that is 0.3 m off."""
    gcj02 = 39.915, 116.404
    bd09 = datum.bd09_of_gcj02(*gcj02)
    assert apart_m(bd09, (39.92133699351021, 116.41036949371029)) < MILLIMETER
    assert apart_m(datum.gcj02_of_bd09(*bd09), gcj02) < MILLIMETER
    assert apart_m(datum.gcj02_of_bd09(*gcj02), (39.90865673957631, 116.39762729119315)) < 1


@given(IN_CHINA)
@example((35.0, 105.0))
@example((33.57424, 114.03261))
def test_the_way_there_and_back_ends_where_it_began(point: datum.Point) -> None:
    assert apart_m(datum.wgs84_of_gcj02(*datum.gcj02_of_wgs84(*point)), point) < 1


@given(
    st.tuples(st.floats(0.9, 55.7, allow_subnormal=False), st.floats(72.1, 137.7)),
)
def test_so_does_the_way_through_baidu(point: datum.Point) -> None:
    assert apart_m(datum.gcj02_of_bd09(*datum.bd09_of_gcj02(*point)), point) < MILLIMETER
    assert apart_m(datum.wgs84_of_bd09(*datum.bd09_of_wgs84(*point)), point) < MILLIMETER


@given(ABROAD)
def test_abroad_nothing_moves(point: datum.Point) -> None:
    for convert in (
        datum.gcj02_of_wgs84,
        datum.wgs84_of_gcj02,
        datum.bd09_of_gcj02,
        datum.gcj02_of_bd09,
        datum.wgs84_of_bd09,
        datum.bd09_of_wgs84,
    ):
        assert convert(*point) == point


@given(st.tuples(st.floats(18, 54), st.floats(73.5, 135)))
def test_a_map_is_off_by_some_hundred_meters(point: datum.Point) -> None:
    assert 10 < apart_m(datum.gcj02_of_wgs84(*point), point) < 1_500
