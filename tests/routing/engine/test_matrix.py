"""Travel matrices: as true as geopy, fast, and never faster the further one goes."""

import time

import numpy as np
import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st

from routing.engine.columns import ProblemError
from routing.engine.matrix import TravelParameters, great_circle_m, travel_matrix


@pytest.mark.parametrize(
    ("south", "north", "west", "east"),
    [(31.4, 36.4, 110.4, 116.7), (18.2, 45.0, 98.0, 125.0)],
    ids=["henan", "china"],
)
def test_it_is_within_half_a_percent_of_geopys_geodesic(south, north, west, east):
    rng = np.random.default_rng(20261124)
    latitude, longitude = rng.uniform(south, north, 400), rng.uniform(west, east, 400)
    ours = great_circle_m(latitude, longitude)
    for a in range(200):
        b = a + 200
        true_m = geodesic((latitude[a], longitude[a]), (latitude[b], longitude[b])).m
        assert ours[a, b] == pytest.approx(true_m, rel=0.005)


def test_a_thousand_places_take_less_than_half_a_second():
    rng = np.random.default_rng(1)
    latitude, longitude = rng.uniform(30, 36, 1000), rng.uniform(110, 117, 1000)
    took_s = []
    for _ in range(3):
        begun = time.process_time()
        travel_matrix(latitude, longitude)
        took_s.append(time.process_time() - begun)
    assert min(took_s) < 0.5


def test_it_is_whole_symmetric_and_zero_on_the_diagonal():
    latitude, longitude = np.array([33.58, 34.75, 30.59]), np.array([114.04, 113.63, 114.31])
    for matrix in travel_matrix(latitude, longitude):
        assert matrix.dtype == np.int64
        assert (matrix == matrix.T).all()
        assert (matrix.diagonal() == 0).all()


def test_circuity_and_the_speeds_of_the_bands_are_applied():
    parameters = TravelParameters(circuity=1.5, band_to_m=(50_000,), band_km_per_h=(50.0, 100.0))
    latitude, longitude = np.array([0.0, 1.0]), np.array([114.0, 114.0])
    distance_m, duration_s = travel_matrix(latitude, longitude, parameters)
    assert distance_m[0, 1] == round(great_circle_m(latitude, longitude)[0, 1] * 1.5)
    assert duration_s[0, 1] == round(3600 + (distance_m[0, 1] - 50_000) / 100_000 * 3600)


@given(st.lists(st.floats(0.0, 8.0), min_size=3, max_size=3))
def test_a_longer_way_never_takes_less_time(degrees):
    latitude = np.array([33.0, *(33.0 + d for d in sorted(degrees))])
    distance_m, duration_s = travel_matrix(latitude, np.full(4, 114.0))
    assert (np.diff(distance_m[0]) >= 0).all()
    assert (np.diff(duration_s[0]) >= 0).all()


@pytest.mark.parametrize(
    ("latitude", "longitude", "field"),
    [(114.0, 33.6, "latitude"), (33.6, 181.0, "longitude"), (float("nan"), 114.0, "latitude")],
)
def test_it_names_row_and_field_of_a_place_that_is_not_on_earth(latitude, longitude, field):
    with pytest.raises(ProblemError, match=f"{field}: row 1 is") as caught:
        travel_matrix(np.array([33.5, latitude]), np.array([114.0, longitude]))
    assert (caught.value.field, caught.value.row) == (field, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"circuity": 0.9},
        {"band_to_m": (50_000, 10_000, 60_000)},
        {"band_km_per_h": (30.0, 0.0, 60.0, 70.0)},
        {"band_km_per_h": (30.0,)},
    ],
)
def test_it_refuses_parameters_that_make_no_road(wrong):
    with pytest.raises(ProblemError, match=next(iter(wrong))):
        TravelParameters(**wrong)
