"""OSRM over HTTP, its server doubled: true ways, few requests, each way asked once, and clear words when it fails."""

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from routing.engine.problem_tables import NO_WAY
from routing.models import TravelPair
from routing.travel import TravelFailed, travel_between, ways_between
from routing.travel.choice import chosen_provider
from tests.routing.roads.network import shortest_m
from tests.routing.roads.osrm_double import CAR_M, KMH, OsrmDouble, served
from tests.routing.roads.places import ISLAND, TOWN, at, elsewhere, site, town

pytestmark = pytest.mark.django_db


@pytest.fixture
def osrm(settings: Any) -> Iterator[OsrmDouble]:
    with served(OsrmDouble()) as double:
        settings.TRAVEL_PROVIDER, settings.OSRM_URL = "osrm", double.url
        settings.TRAVEL_TRIES = 2
        yield double


def n_asked(double: OsrmDouble) -> int:
    n, double.paths = len(double.paths), []
    return n


def test_its_ways_are_the_shortest_of_the_road_network(osrm: OsrmDouble) -> None:
    distance_m, duration_s = travel_between(sites=town())
    true_m = shortest_m([at(*place) for place in TOWN], height_m=CAR_M)
    assert distance_m.dtype == duration_s.dtype == np.int64
    np.testing.assert_allclose(distance_m, true_m, atol=1)
    np.testing.assert_allclose(duration_s, true_m * 3.6 / KMH, atol=1)
    assert n_asked(osrm) == 1


def test_a_one_way_street_makes_the_way_back_another_way(osrm: OsrmDouble) -> None:
    sites = [site(3, 0), site(3, 4)]
    distance_m, _ = travel_between(sites=sites)
    assert distance_m[1, 0] > distance_m[0, 1] + 1_000


def test_more_places_than_one_table_holds_are_asked_in_blocks_that_the_server_takes(
    osrm: OsrmDouble, settings: Any
) -> None:
    whole, _ = travel_between(sites=town())
    TravelPair.objects.all().delete()
    n_asked(osrm)
    settings.TRAVEL_MAX_TABLE = osrm.max_table_size = 4
    distance_m, _ = travel_between(sites=town())
    assert (distance_m == whole).all()
    assert n_asked(osrm) == 25  # five times five blocks of two places each


def test_a_way_is_asked_once_and_a_new_site_costs_its_own_ways_only(osrm: OsrmDouble) -> None:
    first, _ = travel_between(sites=town(6))
    assert n_asked(osrm) == 1
    again, _ = travel_between(sites=list(reversed(town(6))))
    assert n_asked(osrm) == 0
    assert (again == first[::-1, ::-1]).all()
    more, _ = travel_between(sites=town(7))
    asked = list(osrm.paths)
    assert sorted(count_pairs(path) for path in asked) == [6, 7]
    assert (more[:6, :6] == first).all()
    true_m = shortest_m([at(*place) for place in TOWN[:7]], height_m=CAR_M)
    np.testing.assert_allclose(more, true_m, atol=1)


def count_pairs(path: str) -> int:
    options = dict(part.split("=") for part in path.partition("?")[2].split("&"))
    return len(options["sources"].split(";")) * len(options["destinations"].split(";"))


def test_two_sites_at_one_point_share_their_ways_and_lie_at_zero(osrm: OsrmDouble) -> None:
    twin = site(0, 0)
    twin.code = "twin"
    twin.latitude += 0.000_002  # 20 cm
    distance_m, duration_s = travel_between(sites=[site(0, 0), site(5, 2), twin])
    assert distance_m[0, 2] == duration_s[2, 0] == 0
    assert (distance_m[0] == distance_m[2]).all()
    assert TravelPair.objects.count() == 2


def test_another_map_is_another_profile(osrm: OsrmDouble, settings: Any) -> None:
    travel_between(sites=town(3))
    settings.TRAVEL_MAP = "henan-2027-01"
    travel_between(sites=town(3))
    assert n_asked(osrm) == 2
    assert TravelPair.objects.values("profile").distinct().count() == 2


def test_where_no_road_leads_the_way_is_longer_than_any_plan_and_that_is_kept(
    osrm: OsrmDouble, caplog: pytest.LogCaptureFixture
) -> None:
    sites = [site(0, 0), site(*ISLAND), site(5, 2)]
    for n_expected in (1, 0):
        ways = ways_between(sites=sites)
        assert ways.has_no_road.tolist() == [
            [False, True, False], [True, False, True], [False, True, False],
        ]  # fmt: skip
        assert ways.distance_m[0, 1] == NO_WAY
        assert ways.duration_s[1, 2] == NO_WAY
        assert ways.duration_s[0, 2] < 3600
        assert n_asked(osrm) == n_expected
    assert "no road from r0c0 to r4c25; 4 such ways in all" in caplog.text


def test_a_place_far_from_any_road_is_found_out_and_the_others_get_their_ways(
    osrm: OsrmDouble, caplog: pytest.LogCaptureFixture
) -> None:
    ways = ways_between(sites=[site(0, 0), elsewhere(), site(5, 2)])
    assert ways.has_no_road.sum() == 4
    assert ways.has_no_road[1, 0]
    assert ways.distance_m[0, 2] == pytest.approx(3_890, rel=0.01)
    assert "no road near beijing" in caplog.text


def test_a_map_of_somewhere_else_is_an_error_not_a_day_without_roads(osrm: OsrmDouble) -> None:
    with pytest.raises(TravelFailed, match=r"no road near any of 4 places, beijing the first"):
        ways_between(sites=[elsewhere(), far_north()])


def far_north() -> Any:
    place = elsewhere("harbin")
    place.latitude, place.longitude = 45.8, 126.5
    return place


def test_a_server_that_is_busy_once_is_asked_again(osrm: OsrmDouble) -> None:
    osrm.statuses = [503]
    travel_between(sites=town(3))
    assert n_asked(osrm) == 2


def test_each_try_tells_who_waits(osrm: OsrmDouble) -> None:
    waited: list[str] = []
    osrm.statuses = [429]
    travel_between(sites=town(3), on_wait=lambda: waited.append("beat"))
    assert waited == ["beat", "beat"]


def test_a_server_that_stays_busy_ends_in_a_sentence(osrm: OsrmDouble) -> None:
    osrm.statuses = [500, 502, 500, 500]
    with pytest.raises(
        TravelFailed, match=r"OSRM at http://127.0.0.1:\d+ gave no travel times after 2 tries: "
    ):
        travel_between(sites=town(3))
    assert n_asked(osrm) == 2


def test_a_server_that_is_down_is_named_without_the_password_in_its_address(settings: Any) -> None:
    settings.TRAVEL_PROVIDER, settings.TRAVEL_TRIES = "osrm", 1
    settings.OSRM_URL = "http://park:hush-hush@127.0.0.1:1/osrm?key=hush-hush"
    with pytest.raises(TravelFailed) as failed:
        travel_between(sites=town(3))
    assert "OSRM at http://127.0.0.1:1 gave no travel times after one try" in str(failed.value)
    assert "TRAVEL_PROVIDER=great_circle" in str(failed.value)
    assert "hush" not in str(failed.value)
    assert failed.value.status == 503


def test_a_server_that_is_silent_is_given_up_after_the_timeout(
    osrm: OsrmDouble, settings: Any
) -> None:
    settings.TRAVEL_TIMEOUT_S, settings.TRAVEL_TRIES = 0.05, 1

    def sleep(table: dict[str, Any]) -> dict[str, Any]:
        time.sleep(0.3)
        return table

    osrm.spoil = sleep
    with pytest.raises(TravelFailed, match="timed out"):
        travel_between(sites=town(3))


def hole(table: dict[str, Any]) -> None:
    table["durations"][0][2] = None


def negative(table: dict[str, Any]) -> None:
    table["distances"][1][2] = -7.0


def short_row(table: dict[str, Any]) -> None:
    table["durations"][2].pop()


def missing_row(table: dict[str, Any]) -> None:
    table["distances"].pop()


def word(table: dict[str, Any]) -> None:
    table["distances"][0][1] = "far"


def truth(table: dict[str, Any]) -> None:
    table["distances"][0][1] = True


def endless(table: dict[str, Any]) -> None:
    table["durations"][2][0] = 1e12


def not_a_number(table: dict[str, Any]) -> None:
    table["durations"][2][0] = float("nan")


def no_distances(table: dict[str, Any]) -> None:
    del table["distances"]


def refused(table: dict[str, Any]) -> None:
    table |= {"code": "TooBig", "message": "Too many table coordinates"}


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (hole, "the way r0c0 → r5c2 has a hole: one of distance and duration is missing"),
        (negative, "the way r0c9 → r5c2 has a negative entry among the distances"),
        (short_row, "2 durations from r5c2 where a table of 3 × 3 was asked for"),
        (missing_row, "2 rows of distances where a table of 3 × 3 was asked for"),
        (word, "the distances hold something that is no number ('far')"),
        (truth, "the distances hold something that is no number (True)"),
        (endless, "the way r5c2 → r0c0 is absurdly large among the durations"),
        (not_a_number, "the durations hold something that is no number (nan)"),
        (no_distances, "answered without distances; OSRM 5.18 or later is needed"),
        (refused, "refused a table: TooBig Too many table coordinates."),
    ],
)
def test_an_answer_that_makes_no_sense_names_the_pair_and_nothing_of_it_is_kept(
    osrm: OsrmDouble, spoil: Any, sentence: str
) -> None:
    def spoiled(table: dict[str, Any]) -> dict[str, Any]:
        spoil(table)
        return table

    osrm.spoil = spoiled
    with pytest.raises(TravelFailed) as failed:
        travel_between(sites=town(3))
    assert sentence in str(failed.value)
    assert not TravelPair.objects.exists()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (
            b"<html>It works!</html>",
            "answered with something that is no JSON; is this its address?",
        ),
        ([], "refused a table: its answer is no object"),
        ({}, "refused a table: without a code"),
    ],
)
def test_an_answer_of_something_else_than_osrm_says_so(
    osrm: OsrmDouble, answer: Any, sentence: str
) -> None:
    osrm.spoil = lambda table: answer
    with pytest.raises(TravelFailed) as failed:
        travel_between(sites=town(3))
    assert sentence in str(failed.value)


def test_one_site_asks_nobody(osrm: OsrmDouble) -> None:
    distance_m, duration_s = travel_between(sites=town(1))
    assert distance_m.tolist() == duration_s.tolist() == [[0]]
    assert n_asked(osrm) == 0


def test_the_settings_make_the_provider(osrm: OsrmDouble, settings: Any) -> None:
    provider: Any = chosen_provider()
    assert (provider.most_places, provider.server.n_tries) == (100, 2)
    assert len(provider.profile) <= 64
