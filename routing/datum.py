"""The shifted coordinates of Chinese maps, GCJ-02 and BD-09, to the WGS-84 in which we keep every point, and back.

Chinese online maps shift every point inside China by some hundred meters: GCJ-02 is what the state
requires, BD-09 is Baidu's shift on top of it. The shift itself is published only as code that
circulates; the polynomials below are those that all open implementations share (first
eviltransform, 2013). Nobody publishes the inverse, so it is found by iteration.
"""

from collections.abc import Callable
from math import atan2, cos, hypot, pi, radians, sin, sqrt

SEMI_MAJOR_M = 6_378_245.0
ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
"""Krasovsky's ellipsoid, on which the shift is defined."""
CHINA_LATITUDE, CHINA_LONGITUDE = (0.8293, 55.8271), (72.004, 137.8347)
"""The box in which maps shift points; outside of it all three datums are one."""
CENTER = 35.0, 105.0
FARTHEST_SHIFT, ROUNDING = 0.1, 1e-9
"""Degrees: no shift is longer; a point found at the very edge of the box belongs to it."""

BAIDU_LATITUDE, BAIDU_LONGITUDE = 0.006, 0.0065
BAIDU_FREQUENCY = radians(3000.0)
CLOSE_ENOUGH = 1e-10
"""Degrees; 0.01 mm."""
MOST_STEPS = 30

Point = tuple[float, float]
"""Latitude and longitude in degrees."""


def is_in_china(latitude: float, longitude: float, *, margin: float = 0.0) -> bool:
    """Say whether maps shift this point, or one not farther off than a margin in degrees."""
    return (
        CHINA_LATITUDE[0] - margin <= latitude <= CHINA_LATITUDE[1] + margin
        and CHINA_LONGITUDE[0] - margin <= longitude <= CHINA_LONGITUDE[1] + margin
    )


def gcj02_of_wgs84(latitude: float, longitude: float) -> Point:
    """Return where a Chinese map shows a point of WGS-84."""
    if not is_in_china(latitude, longitude):
        return latitude, longitude
    return _shifted(latitude, longitude)


def wgs84_of_gcj02(latitude: float, longitude: float) -> Point:
    """Return the point of WGS-84 that a Chinese map shows here, to less than a millimeter."""
    return _inverse(_shifted, latitude, longitude)


def bd09_of_gcj02(latitude: float, longitude: float) -> Point:
    """Return where Baidu shows a point of GCJ-02."""
    if not is_in_china(latitude, longitude):
        return latitude, longitude
    return _baidu_shifted(latitude, longitude)


def gcj02_of_bd09(latitude: float, longitude: float) -> Point:
    """Return the point of GCJ-02 that Baidu shows here, to less than a millimeter."""
    return _inverse(_baidu_shifted, latitude, longitude)


def wgs84_of_bd09(latitude: float, longitude: float) -> Point:
    """Return the point of WGS-84 that Baidu shows here, to less than a millimeter."""
    return wgs84_of_gcj02(*gcj02_of_bd09(latitude, longitude))


def bd09_of_wgs84(latitude: float, longitude: float) -> Point:
    """Return where Baidu shows a point of WGS-84."""
    return bd09_of_gcj02(*gcj02_of_wgs84(latitude, longitude))


def _shifted(latitude: float, longitude: float) -> Point:
    north, east = latitude - CENTER[0], longitude - CENTER[1]
    phi = radians(latitude)
    curvature = 1 - ECCENTRICITY_SQUARED * sin(phi) ** 2
    meridian_m = SEMI_MAJOR_M * (1 - ECCENTRICITY_SQUARED) / (curvature * sqrt(curvature))
    parallel_m = SEMI_MAJOR_M / sqrt(curvature) * cos(phi)
    return (
        latitude + _north_m(east, north) * 180 / (meridian_m * pi),
        longitude + _east_m(east, north) * 180 / (parallel_m * pi),
    )


def _north_m(x: float, y: float) -> float:
    shift = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    shift += _ripple(x)
    shift += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    return shift + (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3


def _east_m(x: float, y: float) -> float:
    shift = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    shift += _ripple(x)
    shift += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    return shift + (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3


def _ripple(x: float) -> float:
    return (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3


def _baidu_shifted(latitude: float, longitude: float) -> Point:
    distance = hypot(longitude, latitude) + 0.000_02 * sin(latitude * BAIDU_FREQUENCY)
    angle = atan2(latitude, longitude) + 0.000_003 * cos(longitude * BAIDU_FREQUENCY)
    return (
        distance * sin(angle) + BAIDU_LATITUDE,
        distance * cos(angle) + BAIDU_LONGITUDE,
    )


def _inverse(shift: Callable[[float, float], Point], latitude: float, longitude: float) -> Point:
    """Return the point of China that `shift` moves here, or this point itself where there is none.

    A shift changes little from place to place, so each step comes a hundred times closer.
    """
    if not is_in_china(latitude, longitude, margin=FARTHEST_SHIFT):
        return latitude, longitude
    north, east = latitude, longitude
    for _ in range(MOST_STEPS):
        there = shift(north, east)
        north_off, east_off = there[0] - latitude, there[1] - longitude
        north, east = north - north_off, east - east_off
        if max(abs(north_off), abs(east_off)) < CLOSE_ENOUGH:
            break
    is_of_china = is_in_china(north, east, margin=ROUNDING)
    return (north, east) if is_of_china else (latitude, longitude)
