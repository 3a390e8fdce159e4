"""Which known places a text may mean: names, codes, provinces and likeness of spelling; knows no map and no network."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from geopy.distance import great_circle
from geopy.point import Point

SURE, NAMED, IN_TEXT, CITY, CITY_IN_TEXT, ALIKE = 1.0, 0.95, 0.8, 0.75, 0.5, 0.45
LEAST_LIKENESS = 0.72
TWINS_KM = 10.0
TWIN_PENALTY, PLACE_PENALTY = 0.6, 0.5
LEAST_NAME = 4
MOST_CANDIDATES = 5


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


def candidates(query: str, entries: Sequence[Entry]) -> list[Candidate]:
    """Return the places a text may mean, the surest first; close rivals make each other unsure."""
    text = plain(query)
    if not text:
        return []
    cities = _cities_in(text, entries)
    scored = [
        (score, entry) for entry in entries if (score := _score(text, entry, cities)) > 0
    ] or [(ALIKE, entry) for entry in entries if _is_alike(text, entry)]
    scored.sort(key=lambda pair: (-pair[0], pair[1].site_id is None, pair[1].names))
    best = [candidate(score, entry) for score, entry in scored[:MOST_CANDIDATES]]
    if len(best) > 1 and best[0].confidence == best[1].confidence < SURE:
        apart_km = great_circle(_point(best[0]), _point(best[1])).km
        if apart_km > TWINS_KM:
            best = [_less_sure(one, TWIN_PENALTY) for one in best]
    return best


def candidate(confidence: float, entry: Entry) -> Candidate:
    """Return an entry as a place that may be meant."""
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


PROVINCES = tuple(
    re.findall(
        r"\S+",
        "北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 "
        "海南 重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆",
    )
)


def plain(text: str) -> str:
    """Return a text without width, case, spaces, punctuation and the mark of synthetic names."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = re.sub(r"[（(](?:合成|synthetic)[^)）]*[)）]", "", folded)
    return re.sub(r"[\s,，。.·、'’\-_]+", "", folded)


def _cities_in(text: str, entries: Sequence[Entry]) -> frozenset[str]:
    """Return the first four digits of the codes of the cities that a text names."""
    return frozenset(
        entry.adcode[:4]
        for entry in entries
        if entry.site_id is None and any(name in text for name in entry.names)
    )


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


def _less_sure(one: Candidate, factor: float) -> Candidate:
    return replace(one, confidence=round(one.confidence * factor, 3))


def _point(one: Candidate) -> Point:
    return Point(one.latitude, one.longitude)
