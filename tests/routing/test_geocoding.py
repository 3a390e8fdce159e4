"""Addresses to points: our sites and the gazetteer first, unsure where several places are meant."""

import json
import logging
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from geopy.distance import geodesic
from geopy.geocoders.base import Geocoder

from logistics.models import Site, SiteKind
from routing.datum import bd09_of_wgs84
from routing.geocoding import Gazetteer, city_near, gazetteer, locate
from routing.models import GeocodedText
from routing.pacing import SILENCE_S, Pace
from tests.routing.roads.osrm_double import served_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def known() -> Gazetteer:
    Site.objects.create(
        code="zhongshan-park", kind=SiteKind.LANDMARK, name_zh="中山公园", name_en="Zhongshan Park",
        adcode="411104", latitude=33.5619, longitude=114.0571, is_synthetic=True,
    )  # fmt: skip
    Site.objects.create(
        code="dc-410100", kind=SiteKind.DISTRIBUTION_CENTER, name_zh="中原优选商超郑州配送中心（合成）",
        name_en="Zhongyuan Zhengzhou distribution center (synthetic)", adcode="410100",
        latitude=34.75778, longitude=113.64861, is_synthetic=True,
    )  # fmt: skip
    return gazetteer()


@pytest.mark.parametrize(
    ("text", "label", "confidence"),
    [
        ("dc-410100", "中原优选商超郑州配送中心（合成）", 1.0),
        ("中原优选商超郑州配送中心", "中原优选商超郑州配送中心（合成）", 0.95),
        ("zhongyuan zhengzhou distribution center", "中原优选商超郑州配送中心（合成）", 0.95),
        ("漯河市中山公园", "中山公园", 0.8),
        ("郑州", "郑州", 0.75),
        ("河南省郑州市", "郑州", 0.75),
        ("Xi'an", "西安", 0.75),
        ("河南省漯河市召陵区", "召陵区", 0.75),
        ("上海市", "上海", 0.75),
    ],
)
def test_a_known_name_is_found(known: Gazetteer, text: str, label: str, confidence: float) -> None:
    best = known.candidates(text)[0]
    assert (best.label_zh, best.confidence) == (label, confidence)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("郑州市金水区花园路1号", "郑州"),  # the city is sure, the street is not known
        ("广州市中山公园", None),  # our park of this name stands in another city
        ("湖南省郑州市", "郑州"),  # the province is another one's
    ],
)
def test_a_text_that_is_known_in_part_is_not_sure(
    known: Gazetteer, text: str, first: str | None, settings: Any
) -> None:
    candidates = known.candidates(text)
    assert candidates[0].confidence < settings.GEOCODER_LEAST_CONFIDENCE
    if first:
        assert candidates[0].label_zh == first


def test_a_name_that_two_places_bear_makes_both_unsure(known: Gazetteer, settings: Any) -> None:
    Site.objects.create(
        code="other-park", kind=SiteKind.LANDMARK, name_zh="中山公园", name_en="Other park",
        adcode="410100", latitude=34.75, longitude=113.65, is_synthetic=True,
    )  # fmt: skip
    best = gazetteer().candidates("中山公园")
    assert [c.label_zh for c in best[:2]] == ["中山公园", "中山公园"]
    assert best[0].confidence < settings.GEOCODER_LEAST_CONFIDENCE


@pytest.mark.parametrize("text", ["", "   ", "Atlantis", "qq"])
def test_what_nobody_knows_has_no_candidate(known: Gazetteer, text: str) -> None:
    assert known.candidates(text) == []
    assert known.geocode(text) is None


def test_it_is_a_geocoder_in_geopys_shape(known: Gazetteer) -> None:
    assert isinstance(known, Geocoder)
    found = known.geocode("郑州")
    assert found is not None
    assert not isinstance(found, list)
    assert (round(found.latitude, 2), round(found.longitude, 2)) == (34.76, 113.65)
    assert found.raw["source"] == "gazetteer"
    several = known.geocode("郑州", exactly_one=False)
    assert isinstance(several, list)


def test_the_city_near_a_point_is_named_only_when_it_is_near(known: Gazetteer) -> None:
    near = city_near(34.8, 113.7, known=known)
    assert near is not None
    assert near.adcode == "410100"
    assert city_near(45.0, 90.0, known=known) is None


class Online:
    """Doubles of Nominatim and Baidu: real HTTP servers that know one street, or answer what a test says."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.statuses: list[int] = []
        self.baidu: dict[str, Any] = {
            "status": 0,
            "result": {
                "location": {"lng": BAIDU_POINT[1], "lat": BAIDU_POINT[0]},
                "precise": 1,
                "confidence": 80,
                "comprehension": 75,
                "level": "道路",
            },
        }

    def answer(self, path: str) -> tuple[int, Any]:
        self.paths.append(path)
        if self.statuses:
            return self.statuses.pop(0), {}
        if path.startswith("/geocoding/v3/"):
            return 200, self.baidu
        place = {"lat": "34.78", "lon": "113.69", "display_name": "花园路1号", "importance": 0.6}
        return 200, [place] if "Atlantis" not in path else []


STREET = "郑州市金水区花园路1号"
STREET_POINT = 34.78, 113.69
BAIDU_POINT = bd09_of_wgs84(*STREET_POINT)


@pytest.fixture
def online(settings: Any) -> Iterator[Online]:
    double = Online()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, answer = double.answer(self.path)
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    with served_by(Handler) as url:
        settings.NOMINATIM_URL = settings.BAIDU_URL = url
        settings.BAIDU_API_KEY, settings.BAIDU_SECURITY_KEY = "ak-hush-hush", "sk-hush-hush"
        settings.GEOCODER_PAUSE_S = 0
        yield double


def test_nominatim_is_asked_only_for_what_the_gazetteer_is_not_sure_of(
    known: Gazetteer, online: Online, settings: Any
) -> None:
    settings.GEOCODER = "nominatim"
    assert locate("郑州", known=known)[0].source == "gazetteer"
    assert online.paths == []
    best = locate(STREET, known=known)[0]
    assert (best.source, best.confidence, best.latitude) == ("nominatim", 0.8, 34.78)
    assert len(online.paths) == 1


def test_offline_asks_nobody(known: Gazetteer, online: Online, settings: Any) -> None:
    settings.GEOCODER = "offline"
    locate(STREET, known=known)
    assert online.paths == []


def test_the_point_of_baidu_arrives_in_wgs84(
    known: Gazetteer, online: Online, settings: Any
) -> None:
    settings.GEOCODER = "baidu"
    best = locate(STREET, known=known)[0]
    assert (best.source, best.label_zh, best.confidence) == ("baidu", STREET, 0.75)
    assert geodesic((best.latitude, best.longitude), STREET_POINT).m < 0.1
    assert geodesic(BAIDU_POINT, STREET_POINT).m > 500
    assert "ak=ak-hush-hush" in online.paths[0]
    assert "&sn=" in online.paths[0]


def test_a_place_of_which_baidu_is_not_sure_is_offered_but_not_trusted(
    known: Gazetteer, online: Online, settings: Any
) -> None:
    settings.GEOCODER = "baidu"
    online.baidu["result"]["confidence"] = 20  # somewhere within 10 km
    best = next(found for found in locate(STREET, known=known) if found.source == "baidu")
    assert best.confidence < settings.GEOCODER_LEAST_CONFIDENCE


@pytest.mark.parametrize("service", ["nominatim", "baidu"])
def test_a_text_is_asked_about_once_and_each_service_for_itself(
    known: Gazetteer, online: Online, settings: Any, service: str
) -> None:
    settings.GEOCODER = service
    first = locate(STREET, known=known)
    assert locate(f" {STREET} ", known=known)[0].latitude == first[0].latitude
    assert len(online.paths) == 1
    settings.GEOCODER = "baidu" if service == "nominatim" else "nominatim"
    locate(STREET, known=known)
    assert len(online.paths) == 2
    assert GeocodedText.objects.count() == 2


def test_a_text_that_a_service_does_not_know_is_kept_too(
    known: Gazetteer, online: Online, settings: Any
) -> None:
    settings.GEOCODER = "nominatim"
    assert locate("Atlantis", known=known) == []
    assert locate("Atlantis", known=known) == []
    assert len(online.paths) == 1


def test_who_has_no_time_gets_what_is_kept_and_asks_nobody(
    known: Gazetteer, online: Online, settings: Any
) -> None:
    settings.GEOCODER = "nominatim"
    assert locate(STREET, known=known, may_ask=False)[0].source == "gazetteer"
    assert online.paths == []
    locate(STREET, known=known)
    assert locate(STREET, known=known, may_ask=False)[0].source == "nominatim"


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_that_is_busy_is_asked_again(
    known: Gazetteer, online: Online, settings: Any, status: int
) -> None:
    settings.GEOCODER = "nominatim"
    online.statuses = [status, status]
    assert locate(STREET, known=known)[0].source == "nominatim"
    assert len(online.paths) == 3


def test_a_service_that_stays_busy_is_left_alone_for_a_while_and_nothing_is_kept(
    known: Gazetteer, online: Online, settings: Any
) -> None:
    settings.GEOCODER = "nominatim"
    online.statuses = [503] * 9
    assert locate(STREET, known=known)[0].source == "gazetteer"
    assert locate(f"{STREET}2", known=known)[0].source == "gazetteer"
    assert len(online.paths) == 3
    assert not GeocodedText.objects.exists()


@pytest.mark.parametrize("status", [200, 302, 5])
def test_a_wrong_key_is_not_tried_again_and_never_logged(
    known: Gazetteer, online: Online, settings: Any, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    settings.GEOCODER = "baidu"
    online.baidu = {"status": status, "message": "APP ak-hush-hush is not allowed"}
    with caplog.at_level(logging.DEBUG):
        assert locate(STREET, known=known)[0].source == "gazetteer"
    assert len(online.paths) == 1
    assert "baidu, try 1 of 3" in caplog.text
    assert "hush" not in caplog.text


def test_a_silent_service_is_no_error_and_its_address_is_not_logged(
    known: Gazetteer, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.GEOCODER, settings.GEOCODER_PAUSE_S = "baidu", 0
    settings.BAIDU_URL, settings.BAIDU_API_KEY = "http://127.0.0.1:1", "ak-hush-hush"
    with caplog.at_level(logging.DEBUG):
        assert locate(STREET, known=known)[0].source == "gazetteer"
    assert "hush" not in caplog.text


def test_the_pace_is_kept_and_silence_ends() -> None:
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(clock=lambda: now[0], sleep=sleep)
    for _ in range(3):
        pace.wait(1.0)
    now[0] += 5
    pace.wait(1.0)
    assert slept == [1.0, 1.0]
    assert not pace.is_silent()
    pace.fall_silent()
    assert pace.is_silent()
    now[0] += SILENCE_S
    assert not pace.is_silent()


def test_a_misspelled_name_is_offered_but_not_trusted(known: Gazetteer, settings: Any) -> None:
    best = known.candidates("中原优选商超郑州配送中新")[0]
    assert best.label_zh in {"中原优选商超郑州配送中心（合成）", "郑州"}
    assert best.confidence < settings.GEOCODER_LEAST_CONFIDENCE
    alike = known.candidates("Zhongshan Prak")[0]
    assert (alike.label_zh, alike.confidence) == ("中山公园", 0.45)
