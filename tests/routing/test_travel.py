"""Travel between sites: the settings' circuity and speeds, fast enough, and true to the earth."""

import random
import time

import numpy as np
import pytest
from geopy.distance import geodesic

from logistics.models import Site
from routing.engine.matrix import EARTH_RADIUS_M, great_circle_m
from routing.travel import travel_between, travel_parameters

HENAN = ((31.4, 36.4), (110.4, 116.6))


def site(latitude: float, longitude: float) -> Site:
    return Site(latitude=latitude, longitude=longitude)


def some_sites(n: int, seed: int = 1) -> list[Site]:
    draw = random.Random(seed)
    return [site(draw.uniform(*HENAN[0]), draw.uniform(*HENAN[1])) for _ in range(n)]


def test_circuity_and_speeds_come_from_the_settings(settings: pytest.FixtureRequest) -> None:
    settings.TRAVEL_CIRCUITY = 1.5  # type: ignore[attr-defined]
    settings.TRAVEL_SPEED_CITY_KMH = 20.0  # type: ignore[attr-defined]
    settings.TRAVEL_SPEED_ROAD_KMH = 40.0  # type: ignore[attr-defined]
    settings.TRAVEL_SPEED_EXPRESSWAY_KMH = 80.0  # type: ignore[attr-defined]
    parameters = travel_parameters()
    assert parameters.circuity == 1.5
    assert parameters.band_km_per_h == (20.0, 40.0, 80.0)
    one_degree_m = EARTH_RADIUS_M * np.pi / 180
    distance_m, duration_s = travel_between(sites=[site(33, 114), site(34, 114)])
    assert distance_m[0, 1] == pytest.approx(1.5 * one_degree_m, abs=1)
    by_hand_s = 10 / 20 * 3600 + 50 / 40 * 3600 + (1.5 * one_degree_m / 1000 - 60) / 80 * 3600
    assert duration_s[0, 1] == pytest.approx(by_hand_s, abs=1)


def test_a_matrix_is_symmetric_with_a_zero_diagonal_and_integers() -> None:
    distance_m, duration_s = travel_between(sites=some_sites(30))
    for matrix in (distance_m, duration_s):
        assert matrix.dtype == np.int64
        assert (matrix == matrix.T).all()
        assert (np.diag(matrix) == 0).all()


def test_a_thousand_places_take_less_than_half_a_second() -> None:
    sites = some_sites(1000)
    taken = []
    for _ in range(3):  # the best of three: the machine is shared
        started = time.monotonic()
        travel_between(sites=sites)
        taken.append(time.monotonic() - started)
    assert min(taken) < 0.5


def test_before_circuity_it_is_within_half_a_percent_of_the_geodesic_on_200_pairs() -> None:
    sites = some_sites(400, seed=7)
    measured = great_circle_m(
        np.array([s.latitude for s in sites]), np.array([s.longitude for s in sites])
    )
    for row in range(200):
        a, b = sites[2 * row], sites[2 * row + 1]
        true_m = geodesic((a.latitude, a.longitude), (b.latitude, b.longitude)).m
        assert measured[2 * row, 2 * row + 1] == pytest.approx(true_m, rel=0.005)


def test_one_place_is_a_matrix_of_one() -> None:
    distance_m, duration_s = travel_between(sites=some_sites(1))
    assert distance_m.tolist() == duration_s.tolist() == [[0]]
