"""Which provider of travel times the settings name."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from routing.travel.great_circle import GreatCircle, travel_parameters
from routing.travel.osrm import Osrm
from routing.travel.protocol import TravelTimes
from routing.travel.server import Server, nothing
from routing.travel.valhalla import Ask, Truck, Valhalla, embedded, over_http


def chosen_provider(*, on_wait: Callable[[], None] = nothing) -> TravelTimes:
    """Return the provider of TRAVEL_PROVIDER; `on_wait` is called before each of its requests."""
    if settings.TRAVEL_PROVIDER == "osrm":
        return _osrm(on_wait)
    if settings.TRAVEL_PROVIDER == "valhalla":
        return _valhalla(on_wait)
    return GreatCircle(travel_parameters())


def _osrm(on_wait: Callable[[], None]) -> Osrm:
    server = _server("OSRM", settings.OSRM_URL, on_wait)
    return Osrm(
        server,
        _profile("osrm", server.label, settings.OSRM_PROFILE),
        vehicle=settings.OSRM_PROFILE,
        most_places=settings.TRAVEL_MAX_TABLE,
    )


def _valhalla(on_wait: Callable[[], None]) -> Valhalla:
    truck = Truck(
        height_m=settings.TRAVEL_TRUCK_HEIGHT_M,
        width_m=settings.TRAVEL_TRUCK_WIDTH_M,
        length_m=settings.TRAVEL_TRUCK_LENGTH_M,
        weight_t=settings.TRAVEL_TRUCK_WEIGHT_T,
    )
    label, source, ask = _valhalla_source(on_wait)
    return Valhalla(
        label,
        ask,
        _profile("valhalla-truck", source, truck.options()),
        truck,
        most_places=settings.TRAVEL_MAX_TABLE,
    )


def _valhalla_source(on_wait: Callable[[], None]) -> tuple[str, str, Ask]:
    """Return Valhalla's name for people, what its answers depend on, and what asks it."""
    if settings.VALHALLA_URL:
        server = _server("Valhalla", settings.VALHALLA_URL, on_wait)
        return server.label, server.label, over_http(server)
    tiles = Path(settings.VALHALLA_TILES)
    # New tiles under the same name are another map.
    made = f"{tiles.stat().st_mtime_ns} {tiles.stat().st_size}" if tiles.exists() else ""
    return f"Valhalla on {tiles.name}", f"{tiles.name} {made}", embedded(tiles, on_wait)


def _server(name: str, url: str, on_wait: Callable[[], None]) -> Server:
    return Server(
        name,
        url,
        timeout_s=settings.TRAVEL_TIMEOUT_S,
        n_tries=settings.TRAVEL_TRIES,
        on_wait=on_wait,
    )


def _profile(name: str, *facts: object) -> str:
    """Return a name for everything that the answers depend on, the operator's name of the map included."""
    digest = hashlib.sha256(repr((facts, settings.TRAVEL_MAP)).encode()).hexdigest()
    return f"{name}:{digest[:16]}"
