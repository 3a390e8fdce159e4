"""The service's settings with the peer's route beside its own, for the door's benchmark only."""

from logistics.settings import *  # noqa: F403 - all of them, but for one

ROOT_URLCONF = "routing.benchmarks.drf_door"
