"""Travel times by formula: the engine's matrix with the circuity and speeds of the settings; needs no map."""

from dataclasses import dataclass

import numpy as np
from django.conf import settings

from routing.engine.matrix import TravelParameters, travel_matrix
from routing.travel.places import Places
from routing.travel.protocol import Table

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


@dataclass(frozen=True, slots=True)
class GreatCircle:
    """Great circle × circuity, timed by bands of distance; a million ways take less time than reading them back."""

    parameters: TravelParameters
    profile: str = "great-circle"
    is_kept: bool = False
    most_places: int = 1_000_000

    def table(self, sources: Places, targets: Places) -> Table:
        """Return the ways from each source to each target; never NO_ROAD."""
        if sources is targets:
            return Table(*travel_matrix(sources.latitude, sources.longitude, self.parameters))
        distance_m, duration_s = travel_matrix(
            np.concatenate([sources.latitude, targets.latitude]),
            np.concatenate([sources.longitude, targets.longitude]),
            self.parameters,
        )
        n = len(sources)
        return Table(distance_m[:n, n:], duration_s[:n, n:])
