"""Finds points for addresses with geopy: the offline gazetteer and our own sites first, Nominatim where allowed."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from geopy.distance import great_circle
from geopy.exc import GeocoderServiceError
from geopy.geocoders import Nominatim
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location
from geopy.point import Point

from logistics.fixture_files import read_rows
from logistics.models import Site

SURE, NAMED, IN_TEXT, CITY, CITY_IN_TEXT, ALIKE = 1.0, 0.95, 0.8, 0.75, 0.5, 0.45
LEAST_LIKENESS = 0.72
TWINS_KM = 10.0
TWIN_PENALTY, PLACE_PENALTY = 0.6, 0.5
LEAST_NAME = 4
NEAR_CITY_KM = 80.0
MOST_CANDIDATES = 5
USER_AGENT = "luohe-logistics-park"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something the gazetteer knows: a site of ours (`site_id`), or a city or district.

    `around` names the provinces and cities that an address may say before it, the longest first.
    """

    names: tuple[str, ...]
    label_zh: str
    label_en: str
    latitude: float
    longitude: float
    adcode: str
    around: tuple[str, ...]
    site_id: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may be meant; `confidence` runs from 0 to 1."""

    label_zh: str
    label_en: str
    latitude: float
    longitude: float
    adcode: str
    site_id: int | None
    source: str
    confidence: float


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
        text = _plain(query)
        if not text:
            return []
        cities = self._cities_in(text)
        scored = [
            (score, entry) for entry in self.entries if (score := _score(text, entry, cities)) > 0
        ] or [(ALIKE, entry) for entry in self.entries if _is_alike(text, entry)]
        scored.sort(key=lambda pair: (-pair[0], pair[1].site_id is None, pair[1].names))
        best = [_candidate(score, entry) for score, entry in scored[:MOST_CANDIDATES]]
        if len(best) > 1 and best[0].confidence == best[1].confidence < SURE:
            apart_km = great_circle(_point(best[0]), _point(best[1])).km
            if apart_km > TWINS_KM:
                best = [_less_sure(candidate, TWIN_PENALTY) for candidate in best]
        return best

    def site_of_code(self, text: str) -> Candidate | None:
        """Return our site whose code the text is."""
        entry = self.sites_by_code.get(_plain(text))
        return _candidate(SURE, entry) if entry else None

    def _cities_in(self, text: str) -> frozenset[str]:
        """Return the first four digits of the codes of the cities that a text names."""
        return frozenset(
            entry.adcode[:4]
            for entry in self.entries
            if entry.site_id is None and any(name in text for name in entry.names)
        )


def gazetteer() -> Gazetteer:
    """Return the geocoder over the cities and districts of the fixtures and every site in the database."""
    return Gazetteer([*_cities(), *_sites()])


def locate(query: str, *, known: Gazetteer) -> list[Candidate]:
    """Return candidates for an address, the surest first; asks Nominatim only when the setting allows it."""
    found = known.candidates(query)
    is_sure = bool(found) and found[0].confidence >= settings.GEOCODER_LEAST_CONFIDENCE
    if is_sure or settings.GEOCODER != "nominatim":
        return found
    return sorted([*found, *_ask_nominatim(query)], key=lambda c: -c.confidence)


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
        province = _plain(row["province_zh"]).removesuffix("省").removesuffix("市")
        city = cities.get(f"{row['adcode'][:4]}00", "")
        is_city = row["kind"] == "city"
        names = (row["name_zh"], row["name_en"], *([f"{row['name_zh']}市"] if is_city else []))
        parents = () if is_city or not city else (f"{city}市", city)
        yield Entry(
            names=tuple(_plain(name) for name in names),
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
            names=tuple(_plain(name) for name in names if name),
            label_zh=site.name_zh,
            label_en=site.name_en,
            latitude=site.latitude,
            longitude=site.longitude,
            adcode=site.adcode,
            around=(),
            site_id=site.pk,
            source="site",
        )


PROVINCES = tuple(
    re.findall(
        r"\S+",
        "北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 "
        "海南 重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆",
    )
)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = re.sub(r"[（(](?:合成|synthetic)[^)）]*[)）]", "", folded)
    return re.sub(r"[\s,，。.·、'’\-_]+", "", folded)


def _score(text: str, entry: Entry, cities: frozenset[str]) -> float:
    """Return how surely the text means the entry, 0 where it does not."""
    if entry.site_id is None:
        return _score_city(text, entry)
    if text in entry.names:
        return SURE if text == entry.names[0] else NAMED
    if any(len(name) >= LEAST_NAME and name in text for name in entry.names[1:]):
        # A park of this name stands in many a city: the one that the text names decides.
        return IN_TEXT * (PLACE_PENALTY if cities - {entry.adcode[:4]} else 1)
    return 0.0


def _score_city(text: str, entry: Entry) -> float:
    if text in entry.names:
        return CITY
    inside = [name for name in entry.names if name in text]
    if not inside:
        return 0.0
    named = next((name for name in PROVINCES if text.startswith(name)), None)
    is_elsewhere = named is not None and named not in (*entry.around, *entry.names)
    score = CITY_IN_TEXT if _rest(text, entry) else CITY
    return score * PLACE_PENALTY if is_elsewhere else score


def _rest(text: str, entry: Entry) -> str:
    """Return what a text says beyond the province and the city."""
    for part in sorted((*entry.names, *entry.around), key=len, reverse=True):
        text = text.replace(part, "", 1) if part else text
    return text.removesuffix("市")


def _is_alike(text: str, entry: Entry) -> bool:
    """Whether a name of the entry is spelled much like the text; cheap bounds come first."""
    for name in entry.names:
        matcher = SequenceMatcher(None, text, name)
        bounds = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
        if all(bound() >= LEAST_LIKENESS for bound in bounds):
            return True
    return False


def _candidate(confidence: float, entry: Entry) -> Candidate:
    return Candidate(
        label_zh=entry.label_zh,
        label_en=entry.label_en,
        latitude=entry.latitude,
        longitude=entry.longitude,
        adcode=entry.adcode,
        site_id=entry.site_id,
        source=entry.source,
        confidence=confidence,
    )


def _less_sure(candidate: Candidate, factor: float) -> Candidate:
    return replace(candidate, confidence=round(candidate.confidence * factor, 3))


def _point(candidate: Candidate) -> Point:
    return Point(candidate.latitude, candidate.longitude)


def _location(candidate: Candidate) -> Location:
    raw = {
        "source": candidate.source,
        "confidence": candidate.confidence,
        "site_id": candidate.site_id,
        "adcode": candidate.adcode,
    }
    return Location(candidate.label_zh, _point(candidate), raw)


def _ask_nominatim(query: str) -> list[Candidate]:
    """Ask the online service; its silence or refusal is no answer, never an error of the import."""
    server = urlsplit(settings.NOMINATIM_URL)
    if not server.netloc:  # the public server does not want imports, so one has to be named
        return []
    service = Nominatim(
        domain=server.netloc + server.path, scheme=server.scheme, user_agent=USER_AGENT, timeout=5
    )
    try:
        places = service.geocode(query, exactly_one=False, limit=MOST_CANDIDATES)
    except GeocoderServiceError:
        return []
    return [
        Candidate(
            label_zh=place.address,
            label_en=place.address,
            latitude=place.latitude,
            longitude=place.longitude,
            adcode="",
            site_id=None,
            source="nominatim",
            confidence=round(min(0.9, 0.5 + float(place.raw.get("importance", 0)) / 2), 3),
        )
        for place in places or []
    ]
