"""A POST sent again: one effect, the same bytes, whatever happens in between."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

from logistics.errors import DomainError
from logistics.models import GoodsCategory, IdempotentRequest
from logistics.rest.idempotency import (
    CLAIM_HOLDS,
    REMEMBERED,
    Answer,
    fingerprint,
    forget,
    read_key,
    run_once,
)
from logistics.scoping import Principal, Role
from tests.cast import NOW

DORA = Principal(role=Role.DISPATCHER, label="client:1", client_id=1)
MAX = Principal(role=Role.DISPATCHER, label="user:max", user_id=1)


def post(
    key: str | None = "k",
    *,
    body: str = '{"a": 1, "b": 2}',
    by: Principal = DORA,
    path: str = "/api/v1/things",
    after: timedelta = timedelta(),
) -> Request:
    headers = {} if key is None else {"idempotency-key": key}
    raw = RequestFactory().post(path, body, content_type="application/json", headers=headers)
    raw.arrived_at = NOW + after  # type: ignore[attr-defined]
    request = Request(raw, parsers=[JSONParser()])
    request.auth = by
    return request


def make(code: str = "c1") -> Answer:
    """Have an effect that shows when it happens twice."""
    GoodsCategory.objects.create(code=code, name_zh="类", name_en="Kind")
    return Answer(201, {"code": code, "name": "类"}, {"Location": f"/x/{code}"})


def outcome(request: Request, code: str = "c1") -> HttpResponse:
    return run_once(request=request, effect=lambda: make(code))


@pytest.mark.django_db
def test_the_second_request_gets_the_same_bytes_and_no_second_effect() -> None:
    first = outcome(post())
    again = outcome(post(body='{ "b":2, "a":1 }'))
    assert first.status_code == again.status_code == 201
    assert again.content == first.content == '{"code":"c1","name":"类"}'.encode()
    assert again["Location"] == first["Location"] == "/x/c1"
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert GoodsCategory.objects.count() == 1


@pytest.mark.django_db
def test_another_body_under_the_same_key_is_refused() -> None:
    outcome(post())
    with pytest.raises(DomainError) as refusal:
        outcome(post(body='{"a": 2}'), "c2")
    assert (refusal.value.status, refusal.value.code) == (422, "idempotency_key_reused")
    assert GoodsCategory.objects.count() == 1


@pytest.mark.django_db
def test_a_key_belongs_to_one_credential_and_address() -> None:
    outcome(post())
    assert outcome(post(by=MAX), "c2").status_code == 201
    assert outcome(post(path="/api/v1/others"), "c3").status_code == 201
    assert GoodsCategory.objects.count() == 3


@pytest.mark.django_db
def test_while_the_first_is_worked_on_the_second_is_told_so() -> None:
    def effect() -> Answer:
        with pytest.raises(DomainError) as refusal:
            outcome(post(), "c2")
        assert (refusal.value.status, refusal.value.code) == (409, "request_in_progress")
        return make()

    assert run_once(request=post(), effect=effect).status_code == 201


@pytest.mark.django_db
def test_a_refused_effect_leaves_nothing_and_the_key_may_be_used_again() -> None:
    def refuse() -> Answer:
        make()
        raise DomainError("stale_state", "no", 409)

    with pytest.raises(DomainError, match="no"):
        run_once(request=post(), effect=refuse)
    assert GoodsCategory.objects.count() == 0
    assert outcome(post()).status_code == 201


@pytest.mark.django_db
def test_a_dead_holders_claim_is_taken_over_after_a_minute() -> None:
    request = post()
    IdempotentRequest.objects.create(
        credential="client:1",
        method="POST",
        path=request.path,
        key="k",
        fingerprint=fingerprint(request),
        created_at=NOW,
    )
    with pytest.raises(DomainError):
        outcome(post(after=CLAIM_HOLDS - timedelta(seconds=1)))
    assert outcome(post(after=CLAIM_HOLDS)).status_code == 201
    assert outcome(post(after=CLAIM_HOLDS))["Idempotency-Replayed"] == "true"


@pytest.mark.django_db
def test_a_late_holder_whose_claim_was_taken_over_loses_its_effect() -> None:
    def slow() -> Answer:
        IdempotentRequest.objects.update(created_at=NOW + CLAIM_HOLDS)  # the other one's claim
        return make()

    with pytest.raises(DomainError) as refusal:
        run_once(request=post(), effect=slow)
    assert refusal.value.code == "stale_state"
    assert not GoodsCategory.objects.exists()


@pytest.mark.django_db
def test_after_a_day_a_key_is_forgotten() -> None:
    outcome(post())
    assert forget(at=NOW + REMEMBERED) == 0
    assert outcome(post(after=REMEMBERED), "c2").status_code == 201
    assert forget(at=NOW + 2 * REMEMBERED + timedelta(seconds=1)) == 1
    assert not IdempotentRequest.objects.exists()


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ("abc", "abc"),
        ('"abc"', "abc"),
        (r'"a\"b\\c"', r"a\"b\c".replace(r"\"", '"')),
        ('"a b"', "a b"),
    ],
)
def test_a_key_may_be_bare_or_a_structured_string(given: str, key: str) -> None:
    assert read_key(post(given)) == key


@pytest.mark.parametrize("given", ["", '""', "a b", '"a', 'a"', "\x7f", "é", "x" * 256, r'"\x"'])
def test_a_key_that_cannot_be_read_is_refused(given: str) -> None:
    with pytest.raises(DomainError) as refusal:
        read_key(post(given))
    assert (refusal.value.status, refusal.value.code) == (400, "idempotency_key_invalid")


def test_a_missing_key_is_refused() -> None:
    with pytest.raises(DomainError) as refusal:
        read_key(post(None))
    assert (refusal.value.status, refusal.value.code) == (400, "idempotency_key_missing")


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_exactly_one_has_an_effect() -> None:
    start, statuses = threading.Barrier(6), []

    def send(number: int) -> None:
        try:
            start.wait(10)
            statuses.append(outcome(post(), f"c{number}").status_code)
        except DomainError as refusal:
            statuses.append(refusal.status)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(statuses) == 6
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert GoodsCategory.objects.count() == 1
