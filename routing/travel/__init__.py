"""Travel between sites: who measures the ways (a formula or a road engine), what is kept of the answers, the hours."""

from routing.travel.great_circle import travel_parameters
from routing.travel.hours import hour_percents
from routing.travel.protocol import TravelFailed, TravelTimes
from routing.travel.ways import NO_ROAD_M, NO_ROAD_S, Ways, travel_between, ways_between

__all__ = [
    "NO_ROAD_M",
    "NO_ROAD_S",
    "TravelFailed",
    "TravelTimes",
    "Ways",
    "hour_percents",
    "travel_between",
    "travel_parameters",
    "ways_between",
]
