"""Finds points for addresses with geopy: the offline gazetteer and our own sites first, then online services."""

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from geopy.adapters import URLLibAdapter
from geopy.distance import great_circle
from geopy.exc import (
    GeocoderRateLimited,
    GeocoderServiceError,
    GeocoderTimedOut,
    GeocoderUnavailable,
)
from geopy.geocoders import BaiduV3, Nominatim
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location
from geopy.point import Point

from logistics.fixture_files import read_rows
from logistics.models import Site
from routing import place_names
from routing.datum import wgs84_of_bd09
from routing.kept_addresses import Found, keep_places, kept_places
from routing.pacing import Pace
from routing.place_names import MOST_CANDIDATES, SURE, Candidate, Entry, plain

log = logging.getLogger(__name__)

NEAR_CITY_KM = 80.0
USER_AGENT = "luohe-logistics-park"
# Not the adapter of `requests`, which geopy takes where it can: it tries again by itself, and logs whole addresses.
HOW: dict[str, Any] = {"user_agent": USER_AGENT, "timeout": 5, "adapter_factory": URLLibAdapter}
N_TRIES = 3
PASSING = (GeocoderTimedOut, GeocoderUnavailable, GeocoderRateLimited)
"""What a service may recover from within seconds; a wrong key or a spent quota is not among them."""
MOST_ONLINE_CONFIDENCE = 0.9


class Gazetteer(Geocoder):  # type: ignore[misc]
    """An offline geocoder in geopy's shape over a fixed list of entries."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        super().__init__()
        self.entries = tuple(entries)
        self.sites_by_code = {
            entry.names[0]: entry for entry in self.entries if entry.site_id is not None
        }

    def geocode(
        self,
        query: str,
        *,
        exactly_one: bool = True,
        timeout: Any = DEFAULT_SENTINEL,  # noqa: ARG002  (geopy's signature)
    ) -> Location | list[Location] | None:
        """Return the best place for a text, or the best few; None where nothing is alike."""
        found = [_location(candidate) for candidate in self.candidates(query)]
        if not found:
            return None
        return found[0] if exactly_one else found

    def candidates(self, query: str) -> list[Candidate]:
        """Return the places a text may mean, the surest first; close rivals make each other unsure."""
        return place_names.candidates(query, self.entries)

    def site_of_code(self, text: str) -> Candidate | None:
        """Return our site whose code the text is."""
        entry = self.sites_by_code.get(plain(text))
        return place_names.candidate(SURE, entry) if entry else None


def gazetteer() -> Gazetteer:
    """Return the geocoder over the cities and districts of the fixtures and every site in the database."""
    return Gazetteer([*_cities(), *_sites()])


def locate(query: str, *, known: Gazetteer, may_ask: bool = True) -> list[Candidate]:
    """Return candidates for an address, the surest first.

    What the gazetteer is not sure of is looked up among the answers of the online geocoder of the
    settings, and asked of it only where nothing is kept and the caller has the time (`may_ask`).
    """
    found = known.candidates(query)
    is_sure = bool(found) and found[0].confidence >= settings.GEOCODER_LEAST_CONFIDENCE
    if is_sure or settings.GEOCODER == "offline":
        return found
    return sorted([*found, *_online(query, may_ask=may_ask)], key=lambda c: -c.confidence)


def city_near(latitude: float, longitude: float, *, known: Gazetteer) -> Entry | None:
    """Return the city or district whose point is nearest, within 80 km."""
    places = [entry for entry in known.entries if entry.site_id is None]
    if not places:
        return None
    here = Point(latitude, longitude)

    def far(entry: Entry) -> float:
        return float(great_circle(here, Point(entry.latitude, entry.longitude)).km)

    nearest = min(places, key=far)
    return nearest if far(nearest) <= NEAR_CITY_KM else None


def _cities() -> Iterator[Entry]:
    rows = read_rows("gazetteer.csv")
    cities = {row["adcode"]: row["name_zh"] for row in rows if row["kind"] == "city"}
    for row in rows:
        province = plain(row["province_zh"]).removesuffix("省").removesuffix("市")
        city = cities.get(f"{row['adcode'][:4]}00", "")
        is_city = row["kind"] == "city"
        names = (row["name_zh"], row["name_en"], *([f"{row['name_zh']}市"] if is_city else []))
        parents = () if is_city or not city else (f"{city}市", city)
        yield Entry(
            names=tuple(plain(name) for name in names),
            label_zh=row["name_zh"],
            label_en=row["name_en"],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            adcode=row["adcode"],
            around=(f"{province}省", f"{province}市", province, *parents),
            site_id=None,
            source="gazetteer",
        )


def _sites() -> Iterator[Entry]:
    for site in Site.objects.order_by("pk"):
        names = (site.code, site.name_zh, site.name_en)
        yield Entry(
            names=tuple(plain(name) for name in names if name),
            label_zh=site.name_zh,
            label_en=site.name_en,
            latitude=site.latitude,
            longitude=site.longitude,
            adcode=site.adcode,
            around=(),
            site_id=site.pk,
            source="site",
        )


def _location(candidate: Candidate) -> Location:
    raw = {
        "source": candidate.source,
        "confidence": candidate.confidence,
        "site_id": candidate.site_id,
        "adcode": candidate.adcode,
    }
    return Location(candidate.label_zh, Point(candidate.latitude, candidate.longitude), raw)


_paces: dict[str, Pace] = {}
"""By address: each server is asked at its own pace."""


def _online(query: str, *, may_ask: bool) -> list[Candidate]:
    """Return what the online geocoder of the settings answered, now or before; its silence is no answer."""
    service = settings.GEOCODER
    places = kept_places(service=service, text=query)
    if places is None and may_ask:
        places = _asked(service, query)
        if places is not None:
            keep_places(service=service, text=query, places=places)
    return [_candidate(place, service) for place in places or []]


def _asked(service: str, query: str) -> list[Found] | None:
    """Ask a service politely, a few times; None where it does not answer, and then it is left alone for a while."""
    address, ask = _asks(service)
    pace = _paces.setdefault(address, Pace())
    if not address or pace.is_silent():
        return None
    for n_tried in range(1, N_TRIES + 1):
        pace.wait(settings.GEOCODER_PAUSE_S * 2 ** (n_tried - 1))
        try:
            return ask(query)
        except GeocoderServiceError as error:
            # Only the kind: a service may repeat our question in its sentence, key and all.
            log.warning("%s, try %d of %d: %s", service, n_tried, N_TRIES, type(error).__name__)
            if not isinstance(error, PASSING):
                break
    pace.fall_silent()
    return None


def _asks(service: str) -> tuple[str, Callable[[str], list[Found]]]:
    """Return the address of a service, empty where none is named, and what asks it."""
    if service == "baidu":
        return settings.BAIDU_URL, _ask_baidu
    return settings.NOMINATIM_URL, _ask_nominatim  # the public server does not want imports


def _ask_nominatim(query: str) -> list[Found]:
    server = urlsplit(settings.NOMINATIM_URL)
    service = Nominatim(
        domain=server.netloc + server.path,
        scheme=server.scheme,
        **HOW,
    )
    places = service.geocode(query, exactly_one=False, limit=MOST_CANDIDATES, language="zh")
    return [
        Found(
            label=place.address,
            latitude=place.latitude,
            longitude=place.longitude,
            confidence=_online_confidence(0.5 + float(place.raw.get("importance", 0)) / 2),
        )
        for place in places or []
    ]


def _ask_baidu(query: str) -> list[Found]:
    """Ask Baidu, which answers one place in its own datum and says how far off it may be.

    Its `confidence` is 60 for an error below 500 m and 80 below 100 m; `comprehension` says how
    much of the text it understood (Baidu's documentation of Geocoding API v3).
    """
    service = BaiduV3(
        settings.BAIDU_API_KEY,
        security_key=settings.BAIDU_SECURITY_KEY or None,
        **HOW,
    )
    service.api = settings.BAIDU_URL.rstrip("/") + service.api_path
    place = service.geocode(query)
    if place is None:
        return []
    latitude, longitude = wgs84_of_bd09(place.latitude, place.longitude)
    percent = min(float(place.raw.get(name, 0)) for name in ("confidence", "comprehension"))
    return [
        Found(
            label=query,
            latitude=round(latitude, 7),
            longitude=round(longitude, 7),
            confidence=_online_confidence(percent / 100),
        )
    ]


def _online_confidence(value: float) -> float:
    return round(max(0.0, min(MOST_ONLINE_CONFIDENCE, value)), 3)


def _candidate(place: Found, service: str) -> Candidate:
    return Candidate(
        label_zh=place.label,
        label_en=place.label,
        latitude=place.latitude,
        longitude=place.longitude,
        adcode="",
        site_id=None,
        source=service,
        confidence=place.confidence,
    )
