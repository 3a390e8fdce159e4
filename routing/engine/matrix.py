"""Travel between places: vectorized great circle, stretched by circuity, timed by distance band."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing.engine.columns import Ints, ProblemError

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of WGS-84; near 33° N a great circle on it stays within 0.3 % of the geodesic."""

MAX_CIRCUITY = 3.0

Degrees = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TravelParameters:
    """How a great circle becomes a road.

    Attributes
    ----------
    circuity
        Road length ÷ great circle.
    band_to_m
        Upper ends of the road-length bands, rising; the last band is open.
    band_km_per_h
        Mean speed of each band; one more than `band_to_m`.
    """

    circuity: float = 1.25
    band_to_m: tuple[int, ...] = (10_000, 50_000, 150_000)
    band_km_per_h: tuple[float, ...] = (30.0, 45.0, 60.0, 70.0)

    def __post_init__(self) -> None:
        """Check that bands rise and speeds are positive."""
        if not 1.0 <= self.circuity <= MAX_CIRCUITY:
            message = f"circuity: {self.circuity} is not between 1 and {MAX_CIRCUITY:g}"
            raise ProblemError(message, field="circuity")
        if list(self.band_to_m) != sorted(set(self.band_to_m)):
            message = "band_to_m: the bands do not rise"
            raise ProblemError(message, field="band_to_m")
        if len(self.band_km_per_h) != len(self.band_to_m) + 1 or min(self.band_km_per_h) <= 0:
            message = "band_km_per_h: one positive speed per band is needed"
            raise ProblemError(message, field="band_km_per_h")


def great_circle_m(latitude: Degrees, longitude: Degrees) -> Degrees:
    """Return the great-circle distances [n, n] in meters (haversine) between n points in degrees.

    Raises
    ------
    ProblemError
        When a coordinate is no number or not on the earth; the row is named.
    """
    _check(latitude, longitude)
    phi, lam = np.radians(latitude), np.radians(longitude)
    half_phi = np.sin((phi[:, None] - phi[None, :]) / 2.0)
    half_lam = np.sin((lam[:, None] - lam[None, :]) / 2.0)
    cos_phi = np.cos(phi)
    chord = half_phi**2 + cos_phi[:, None] * cos_phi[None, :] * half_lam**2
    angle: Degrees = 2.0 * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))
    return EARTH_RADIUS_M * angle


def travel_matrix(
    latitude: Degrees, longitude: Degrees, parameters: TravelParameters | None = None
) -> tuple[Ints, Ints]:
    """Return road `distance_m` and `duration_s`, both [n, n] integers with a zero diagonal.

    A way is driven at the speeds of its bands in turn: its first 10 km at the first speed, the
    next 40 km at the second and so on, so that a longer way never takes less time.
    """
    parameters = parameters or TravelParameters()
    road_m = great_circle_m(np.asarray(latitude, float), np.asarray(longitude, float))
    road_m *= parameters.circuity
    road_s = np.zeros_like(road_m)
    lower = 0.0
    for upper, speed in zip((*parameters.band_to_m, np.inf), parameters.band_km_per_h, strict=True):
        road_s += np.clip(road_m - lower, 0.0, upper - lower) * (3.6 / speed)
        lower = upper
    return np.rint(road_m).astype(np.int64), np.rint(road_s).astype(np.int64)


def _check(latitude: Degrees, longitude: Degrees) -> None:
    for field, values, limit in (("latitude", latitude, 90.0), ("longitude", longitude, 180.0)):
        bad = np.flatnonzero(~(np.abs(values) <= limit))
        if bad.size:
            row = int(bad[0])
            message = f"{field}: row {row} is {values[row]}, not between -{limit:g} and {limit:g}"
            raise ProblemError(message, field=field, row=row)
    if latitude.shape != longitude.shape or latitude.ndim != 1:
        message = f"{latitude.shape} latitudes for {longitude.shape} longitudes"
        raise ProblemError(message, field="longitude")
