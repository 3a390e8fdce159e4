"""Addresses to points: our sites and the gazetteer first, unsure where several places are meant."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from geopy.geocoders.base import Geocoder

from logistics.models import Site, SiteKind
from routing.geocoding import Gazetteer, city_near, gazetteer, locate

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


class _Server(BaseHTTPRequestHandler):
    """A Nominatim that knows one street."""

    paths: list[str] = []

    def do_GET(self) -> None:
        self.paths.append(self.path)
        place = {"lat": "34.78", "lon": "113.69", "display_name": "花园路1号", "importance": 0.6}
        body = json.dumps([place]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def nominatim() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Server)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_nominatim_is_asked_only_for_what_the_gazetteer_is_not_sure_of(
    known: Gazetteer, nominatim: str, settings: Any
) -> None:
    settings.GEOCODER, settings.NOMINATIM_URL = "nominatim", nominatim
    _Server.paths.clear()
    assert locate("郑州", known=known)[0].source == "gazetteer"
    assert _Server.paths == []
    best = locate("郑州市金水区花园路1号", known=known)[0]
    assert (best.source, best.confidence, best.latitude) == ("nominatim", 0.8, 34.78)
    assert len(_Server.paths) == 1


def test_offline_asks_nobody(known: Gazetteer, nominatim: str, settings: Any) -> None:
    settings.GEOCODER, settings.NOMINATIM_URL = "offline", nominatim
    _Server.paths.clear()
    locate("郑州市金水区花园路1号", known=known)
    assert _Server.paths == []


def test_a_silent_nominatim_is_no_error(known: Gazetteer, settings: Any) -> None:
    settings.GEOCODER, settings.NOMINATIM_URL = "nominatim", "http://127.0.0.1:1"
    assert locate("郑州市金水区花园路1号", known=known)[0].source == "gazetteer"


def test_a_misspelled_name_is_offered_but_not_trusted(known: Gazetteer, settings: Any) -> None:
    best = known.candidates("中原优选商超郑州配送中新")[0]
    assert best.label_zh in {"中原优选商超郑州配送中心（合成）", "郑州"}
    assert best.confidence < settings.GEOCODER_LEAST_CONFIDENCE
    alike = known.candidates("Zhongshan Prak")[0]
    assert (alike.label_zh, alike.confidence) == ("中山公园", 0.45)
