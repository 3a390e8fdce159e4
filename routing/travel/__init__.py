"""Travel between sites: who measures the ways (a formula or a road engine), what is kept of the answers, the hours."""

from routing.travel.great_circle import travel_parameters
from routing.travel.hours import horizon_percents, hour_percents
from routing.travel.protocol import TravelFailed, TravelTimes
from routing.travel.server import nothing
from routing.travel.ways import Ways, travel_between, ways_between

__all__ = [
    "TravelFailed",
    "TravelTimes",
    "Ways",
    "horizon_percents",
    "hour_percents",
    "nothing",
    "travel_between",
    "travel_parameters",
    "ways_between",
]
