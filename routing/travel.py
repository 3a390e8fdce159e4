"""Travel between sites: the engine's matrix with the circuity and speeds of the settings."""

from collections.abc import Sequence

import numpy as np
from django.conf import settings

from logistics.models import Site
from routing.engine.columns import Ints
from routing.engine.matrix import TravelParameters, travel_matrix

CITY_TO_M, ROAD_TO_M = 10_000, 60_000
"""A way starts at city speed, goes on at road speed, and is driven on expressways from here on."""


def travel_parameters() -> TravelParameters:
    """Return what turns a great circle into a road, as the settings say."""
    return TravelParameters(
        circuity=settings.TRAVEL_CIRCUITY,
        band_to_m=(CITY_TO_M, ROAD_TO_M),
        band_km_per_h=(
            settings.TRAVEL_SPEED_CITY_KMH,
            settings.TRAVEL_SPEED_ROAD_KMH,
            settings.TRAVEL_SPEED_EXPRESSWAY_KMH,
        ),
    )


def travel_between(*, sites: Sequence[Site]) -> tuple[Ints, Ints]:
    """Return meters and seconds from each site to each, in the order given."""
    latitude = np.array([site.latitude for site in sites], dtype=np.float64)
    longitude = np.array([site.longitude for site in sites], dtype=np.float64)
    return travel_matrix(latitude, longitude, travel_parameters())
