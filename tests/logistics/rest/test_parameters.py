"""Query parameters: each is declared, read strictly, and the wrong ones are all named at once."""

from datetime import UTC, date, datetime

import pytest
from django.http import QueryDict

from logistics.errors import DomainError
from logistics.models import ShipmentStatus
from logistics.rest import parameters
from logistics.rest.parameters import read_parameters

DECLARED = (
    parameters.integer("limit", "", least=1, most=500, default=50),
    parameters.choices_of("status", "", ShipmentStatus),
    parameters.day("day", ""),
    parameters.moment("since", ""),
    parameters.text("plan", ""),
)


def test_it_reads_every_kind() -> None:
    query = QueryDict(
        "limit=7&status=booked,lost&day=2026-11-24&since=2026-11-24T06:30:00%2B08:00&plan=pl_1"
    )
    assert read_parameters(query, DECLARED) == {
        "limit": 7,
        "status": ["booked", "lost"],
        "day": date(2026, 11, 24),
        "since": datetime(2026, 11, 23, 22, 30, tzinfo=UTC),
        "plan": "pl_1",
    }


def test_a_plus_sign_that_was_not_encoded_is_understood() -> None:
    read = read_parameters(QueryDict("since=2026-11-24T06:30:00+08:00"), DECLARED)
    assert read["since"] == datetime(2026, 11, 23, 22, 30, tzinfo=UTC)


def test_it_names_all_unknown_parameters() -> None:
    with pytest.raises(DomainError) as refusal:
        read_parameters(QueryDict("carrier__rate=1&limit=2&order=cost"), DECLARED)
    assert refusal.value.status == 400
    assert refusal.value.code == "unknown_parameter"
    assert [fault.pointer for fault in refusal.value.faults] == ["?carrier__rate", "?order"]
    assert "carrier__rate, order" in refusal.value.detail


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=501",
        "limit=-1",
        "limit=1e2",
        "limit=٣",
        "limit=",
        "limit=" + "9" * 5000,
        "limit=1&limit=2",
        "status=booked,stolen",
        "status=",
        "day=2026-02-30",
        "day=yesterday",
        "since=2026-11-24T06:30:00",
        "since=0001-01-01T00:00:00%2B14:00",
        "since=9999-12-31T23:59:59-14:00",
        "since=NaN",
        "plan=",
        "plan=" + "x" * 201,
    ],
)
def test_it_refuses_what_it_cannot_read(query: str) -> None:
    with pytest.raises(DomainError) as refusal:
        read_parameters(QueryDict(query), DECLARED)
    assert refusal.value.status == 400
    assert refusal.value.code == "invalid_parameter"
    assert [fault.pointer for fault in refusal.value.faults] == [f"?{query.partition('=')[0]}"]
