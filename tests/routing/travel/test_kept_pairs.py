"""What road engines answered is read and written in bulk, once for each profile and pair."""

import time
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from routing.models import TravelPair
from routing.travel import ways_between
from routing.travel.kept_pairs import keep_pairs, read_pairs
from routing.travel.places import Places
from routing.travel.protocol import NO_ROAD, Table
from tests.routing.test_travel import some_sites

pytestmark = pytest.mark.django_db


def table(n: int, m: int, low: int = 1) -> Table:
    numbers = np.arange(low, low + n * m).reshape(n, m)
    return Table(numbers, numbers * 2)


def test_what_is_written_is_read_and_only_that() -> None:
    keys = np.array([3, 5, 8])
    keep_pairs(profile="a", ends=(keys[:2], keys), table=table(2, 3))
    is_known, found = read_pairs(profile="a", keys=keys)
    assert is_known.tolist() == [[0, 1, 1], [1, 0, 1], [0, 0, 0]]
    assert found.distance_m.tolist() == [[0, 2, 3], [4, 0, 6], [0, 0, 0]]
    assert found.duration_s.tolist() == [[0, 4, 6], [8, 0, 12], [0, 0, 0]]
    assert not read_pairs(profile="b", keys=keys)[0].any()


def test_a_later_answer_takes_the_place_of_the_earlier() -> None:
    keys = np.array([3, 5])
    for low in (1, 100):
        keep_pairs(profile="a", ends=(keys, keys), table=table(2, 2, low))
    assert TravelPair.objects.count() == 2
    assert read_pairs(profile="a", keys=keys)[1].distance_m[0, 1] == 101


def test_a_way_that_does_not_exist_is_kept_as_such() -> None:
    keys = np.array([3, 5])
    answer = table(2, 2)
    answer.distance_m[0, 1] = answer.duration_s[0, 1] = NO_ROAD
    keep_pairs(profile="a", ends=(keys, keys), table=answer)
    assert TravelPair.objects.filter(distance_m=None, duration_s=None).count() == 1
    is_known, found = read_pairs(profile="a", keys=keys)
    assert is_known[0, 1] == 1
    assert found.distance_m[0, 1] == found.duration_s[0, 1] == NO_ROAD


@pytest.mark.parametrize("numbers", [{"distance_m": 5}, {"duration_s": 5}])
def test_half_a_way_cannot_be_written(numbers: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        TravelPair.objects.create(profile="a", from_key=1, to_key=2, **numbers)


class Counted:
    """A provider whose ways are known by arithmetic and which counts what it is asked."""

    profile, is_kept, most_places = "counted", True, 60

    def __init__(self) -> None:
        self.n_tables = 0

    def table(self, sources: Places, targets: Places) -> Table:
        self.n_tables += 1
        way = np.rint(np.abs(sources.latitude[:, None] - 2 * targets.longitude[None, :]) * 1e4)
        return Table(way.astype(np.int64), way.astype(np.int64) // 10)


def test_a_large_day_is_read_with_one_query_and_in_little_time() -> None:
    sites, provider = some_sites(250), Counted()
    for number, one in enumerate(sites):
        one.code = f"s{number}"
    started = time.process_time()
    first = ways_between(sites=sites, provider=provider)
    written_s = time.process_time() - started
    assert provider.n_tables == 81
    started = time.process_time()
    with CaptureQueriesContext(connection) as queries:
        again = ways_between(sites=sites, provider=provider)
    read_s = time.process_time() - started
    assert provider.n_tables == 81
    assert len(queries) == 1
    assert (again.distance_m == first.distance_m).all()
    assert (again.duration_s == first.duration_s).all()
    assert written_s < 5
    assert read_s < 1


def test_an_error_halfway_keeps_what_was_answered_before_it() -> None:
    class Dying(Counted):
        def table(self, sources: Places, targets: Places) -> Table:
            if self.n_tables == 3:
                raise ConnectionError
            return super().table(sources, targets)

    with pytest.raises(ConnectionError):
        ways_between(sites=some_sites(100), provider=Dying())
    whole = Counted()
    ways_between(sites=some_sites(100), provider=whole)
    assert whole.n_tables < 16
