"""A real Valhalla on the tiles of our road network, in this process and behind HTTP, with its truck costing."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from routing.models import TravelPair
from routing.travel import TravelFailed, travel_between, ways_between
from routing.travel.choice import chosen_provider
from routing.travel.valhalla import Ask, Valhalla, embedded
from tests.routing.roads.build_tiles import BUILDER, build_tiles, unpack_tiles
from tests.routing.roads.network import LOW_BRIDGE_M, shortest_m
from tests.routing.roads.osrm_double import served_by
from tests.routing.roads.places import ISLAND, TOWN, at, elsewhere, site, town

pytestmark = pytest.mark.django_db

EAST, WEST = (0, 9), (0, 0)


@pytest.fixture(scope="session")
def tiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return tiles built here where the wheel brings the builder, else those that it built elsewhere."""
    folder = tmp_path_factory.mktemp("roads")
    return build_tiles(folder) if BUILDER.exists() else unpack_tiles(folder)


@pytest.fixture
def valhalla(settings: Any, tiles: Path) -> Any:
    settings.TRAVEL_PROVIDER, settings.VALHALLA_TILES = "valhalla", str(tiles)
    return settings


def test_the_builder_is_there_from_python_3_12_on() -> None:
    assert BUILDER.exists() == (sys.version_info >= (3, 12))


def test_the_kept_archive_holds_what_the_network_of_today_is(tmp_path: Path, tiles: Path) -> None:
    """On Python 3.11 this compares the archive with itself and the network; later with a fresh build."""
    kept = Valhalla("kept", embedded(unpack_tiles(tmp_path)), "kept")
    here = Valhalla("here", embedded(tiles), "here")
    old, new = ways_between(sites=town(), provider=kept), ways_between(sites=town(), provider=here)
    assert (old.distance_m == new.distance_m).all()
    true_m = shortest_m([at(*place) for place in TOWN], height_m=4.0)
    np.testing.assert_allclose(old.distance_m, true_m, rtol=0.005, atol=2)


def test_its_ways_are_the_shortest_for_a_truck(valhalla: Any) -> None:
    distance_m, duration_s = travel_between(sites=town())
    true_m = shortest_m([at(*place) for place in TOWN], height_m=4.0)
    np.testing.assert_allclose(distance_m, true_m, rtol=0.005, atol=2)
    off_diagonal = ~np.eye(len(TOWN), dtype=bool)
    km_per_h = distance_m[off_diagonal] / duration_s[off_diagonal] * 3.6
    assert km_per_h.min() > 40
    assert km_per_h.max() < 70
    assert distance_m[4, 5] > distance_m[5, 4] + 1_000  # row 3 is a one-way street


def test_a_truck_drives_around_the_bridge_that_is_too_low_for_it(valhalla: Any) -> None:
    sites = [site(*WEST), site(*EAST)]
    tall, _ = travel_between(sites=sites)
    valhalla.TRAVEL_TRUCK_HEIGHT_M = LOW_BRIDGE_M - 0.3
    low, _ = travel_between(sites=sites)
    assert tall[0, 1] == pytest.approx(low[0, 1] + 10 * 556, rel=0.01)  # five streets up and down
    assert TravelPair.objects.values("profile").distinct().count() == 2


def test_the_island_has_roads_but_none_leads_there(valhalla: Any) -> None:
    ways = ways_between(sites=[site(0, 0), site(*ISLAND), site(3, 25)])
    assert ways.has_no_road.tolist() == [
        [False, True, True], [True, False, False], [True, False, False],
    ]  # fmt: skip
    assert ways.distance_m[1, 2] == pytest.approx(556, rel=0.01)


def test_a_place_off_the_map_is_found_out_and_the_others_get_their_ways(
    valhalla: Any, caplog: pytest.LogCaptureFixture
) -> None:
    ways = ways_between(sites=[site(0, 0), elsewhere(), site(5, 2)])
    assert ways.has_no_road.sum() == 4
    assert ways.distance_m[0, 2] == pytest.approx(3_890, rel=0.01)
    assert "no road near beijing" in caplog.text


def test_what_it_answered_is_kept_until_the_tiles_change(
    valhalla: Any, tiles: Path, tmp_path: Path
) -> None:
    copy = tmp_path / tiles.name
    (shutil.copytree if tiles.is_dir() else shutil.copy)(tiles, copy)
    valhalla.VALHALLA_TILES = str(copy)
    travel_between(sites=town(3))
    assert TravelPair.objects.count() == 6
    TravelPair.objects.update(distance_m=1)
    kept, _ = travel_between(sites=town(3))
    assert kept[0, 1] == 1
    stat = copy.stat()
    os.utime(copy, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000_000))
    fresh, _ = travel_between(sites=town(3))
    assert fresh[0, 1] > 1_000


def test_each_request_tells_who_waits(valhalla: Any) -> None:
    waited: list[str] = []
    valhalla.TRAVEL_MAX_TABLE = 4
    travel_between(sites=town(6), on_wait=lambda: waited.append("beat"))
    assert len(waited) == 9


@pytest.mark.parametrize("content", [None, b"no tiles " * 4096])
def test_tiles_that_are_none_say_so(settings: Any, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "tiles.tar"
    if content:
        file.write_bytes(content)
    settings.TRAVEL_PROVIDER, settings.VALHALLA_TILES = "valhalla", str(file)
    with pytest.raises(TravelFailed, match=r"tiles\.tar is neither a folder of tiles nor a \.tar"):
        chosen_provider()


def test_an_empty_folder_is_no_map(settings: Any, tmp_path: Path) -> None:
    settings.TRAVEL_PROVIDER, settings.VALHALLA_TILES = "valhalla", str(tmp_path)
    with pytest.raises(TravelFailed, match="no road near any of 6 places"):
        travel_between(sites=town(3))


def test_without_the_package_it_says_what_to_install(
    valhalla: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "valhalla", None)  # as Python marks what is not there
    with pytest.raises(TravelFailed, match="pip install pyvalhalla"):
        chosen_provider()


@pytest.fixture
def server(settings: Any, tiles: Path) -> Iterator[str]:
    """Serve the real Valhalla over HTTP, at the address and in the form of valhalla_service."""
    ask: Ask = embedded(tiles)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/sources_to_targets"
            length = int(self.headers["Content-Length"])
            answer = ask(json.loads(self.rfile.read(length)))
            body = json.dumps(answer).encode()
            self.send_response(400 if "error" in answer else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    with served_by(Handler) as url:
        settings.TRAVEL_PROVIDER, settings.VALHALLA_URL = "valhalla", url
        yield url


def test_over_http_it_answers_the_same(server: str, settings: Any, tiles: Path) -> None:
    over_http = ways_between(sites=[*town(), elsewhere()])
    settings.VALHALLA_URL, settings.VALHALLA_TILES = "", str(tiles)
    embedded_ways = ways_between(sites=[*town(), elsewhere()])
    assert (over_http.distance_m == embedded_ways.distance_m).all()
    assert (over_http.duration_s == embedded_ways.duration_s).all()
    assert over_http.has_no_road.sum() == 2 * len(TOWN)


def test_the_short_form_of_later_servers_is_read_too() -> None:
    table = {"distances": [[0, 1.5], [None, 0]], "durations": [[0, 90], [None, 0]]}
    short = Valhalla("short", lambda request: {"sources_to_targets": table}, "short")
    places = [site(0, 0), site(5, 2)]
    ways = ways_between(sites=places, provider=short)
    assert (ways.distance_m[0, 1], ways.duration_s[0, 1]) == (1_500, 90)
    assert ways.has_no_road.tolist() == [[False, False], [True, False]]


def test_regions_that_are_refused_together_are_asked_apart() -> None:
    """As Valhalla 3.9 does with places on maps that do not touch."""
    n_asked = 0

    def ask(request: dict[str, Any]) -> Any:
        nonlocal n_asked
        n_asked += 1
        ends = [place["lon"] > 115 for name in ("sources", "targets") for place in request[name]]
        if len(set(ends)) > 1:
            return {"error": "Locations are in unconnected regions", "error_code": 170}
        row = [{"distance": 1.0, "time": 60} for _ in request["targets"]]
        return {"sources_to_targets": [row for _ in request["sources"]]}

    far = [elsewhere(), elsewhere("tianjin"), elsewhere("tangshan")]
    for number, place in enumerate(far):
        place.longitude += number
    ways = ways_between(
        sites=[far[0], *town(4), *far[1:]], provider=Valhalla("regions", ask, "regions")
    )
    is_far = np.array([True, False, False, False, False, True, True])
    assert (ways.has_no_road == (is_far[:, None] != is_far[None, :])).all()
    assert n_asked < 7 * 7 + 7 * 7


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (["no"], "answered with something that is no matrix"),
        ({"error": "Path distance exceeds the max distance limit"}, "refused a matrix: Path dist"),
        ({"sources_to_targets": []}, "0 rows of distances where a table of 2 × 2"),
        ({"sources_to_targets": [[{}], [{}]]}, "1 distances from r0c0 where a table of 2 × 2"),
        ({"sources_to_targets": [["a", "b"], ["c", "d"]]}, "no number ('a')"),
        ({"sources_to_targets": ["ab", "cd"]}, "no distances from r0c0"),
        ({"sources_to_targets": "none"}, "no rows of distances"),
    ],
)
def test_an_answer_that_is_no_matrix_says_so(answer: Any, sentence: str) -> None:
    strange = Valhalla("Valhalla", lambda request: answer, "strange")
    with pytest.raises(TravelFailed) as failed:
        ways_between(sites=[site(0, 0), site(5, 2)], provider=strange)
    assert sentence in str(failed.value)
