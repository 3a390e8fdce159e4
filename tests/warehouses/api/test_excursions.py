"""Excursions over REST: what is read, filtered, answered, and how a refusal reads."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.factories import local, make_excursion, make_park
from tests.rest_client import Rest, problem
from warehouses.models import Excursion

PATH = "/api/v1/excursions"


@pytest.fixture
def found(cast: Cast) -> Excursion:
    return make_excursion(make_park(cast).rooms[0].cold_space)


def at(row: Excursion, deed: str = "") -> str:
    return f"{PATH}/{row.public_id}{deed}"


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["data"]]


def test_an_excursion_tells_its_figures_and_what_people_did(cast: Cast, found: Excursion) -> None:
    body = Rest(cast.dispatcher).get(at(found)).json()
    assert (body["id"], body["phase"], body["handling"]) == (found.public_id, "open", "new")
    assert body["cold_space"]["code"] == "w1-r1"
    assert (body["peak_c"], body["degree_minutes"], body["revision"]) == (9.5, 84.0, 1)
    assert body["started_at"] == "2026-11-24T06:40:12+08:00"
    assert (body["acknowledged_by"], body["acknowledged_at"]) == ("", None)


def test_the_list_is_narrowed_by_what_it_is_asked_for(cast: Cast, found: Excursion) -> None:
    ended = make_excursion(found.cold_space, phase="closed")
    rest = Rest(cast.dispatcher)
    assert ids(rest.get(PATH)) == [found.public_id, ended.public_id]
    assert ids(rest.get(f"{PATH}?phase=closed")) == [ended.public_id]
    assert ids(rest.get(f"{PATH}?handling=acknowledged,dispositioned")) == []
    assert ids(rest.get(f"{PATH}?severity=major&cold_space=cs_nothing")) == []
    assert ids(rest.get(f"{PATH}?from={local(8).isoformat()}")) == [found.public_id]
    assert ids(rest.get(f"{PATH}?to={local(6).isoformat()}")) == []


def test_a_machine_acknowledges_once_and_its_repetition_is_answered_alike(
    cast: Cast, found: Excursion
) -> None:
    rest = Rest(cast.dispatcher)
    first = rest.post(at(found, ":acknowledge"), {"comment": "seen"}, idempotency_key="k1")
    again = rest.post(at(found, ":acknowledge"), {"comment": "seen"}, idempotency_key="k1")
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert first.json()["handling"] == "acknowledged"
    assert first.json()["acknowledged_by"].startswith("client:")
    later = rest.post(at(found, ":acknowledge"), {"comment": "me too"})
    assert problem(later) == (409, "forbidden_move")


def test_a_bad_body_names_the_field(cast: Cast, found: Excursion) -> None:
    rest = Rest(cast.dispatcher)
    for deed, body, pointer in (
        (":acknowledge", {}, "/comment"),
        (":acknowledge", {"comment": "x", "by": "me"}, "/by"),
        (":name-cause", {"cause": "weather"}, "/cause"),
    ):
        answer = rest.post(at(found, deed), body)
        assert problem(answer)[0] == 422
        assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_machine_signs_nothing_even_with_the_role(cast: Cast, found: Excursion) -> None:
    signer = Rest(cast.manager)
    signer.post(at(found, ":acknowledge"), {"comment": "seen"})
    signer.post(at(found, ":name-cause"), {"cause": "door"})
    seen = signer.get(at(found))
    body = {"disposition": "reject", "meaning": "checked"}
    answer = signer.post(at(found, ":dispose"), body, if_match=seen["ETag"])
    assert problem(answer) == (403, "forbidden")


def test_a_person_signs_on_the_figures_that_they_read(cast: Cast, found: Excursion) -> None:
    rest = Rest(None)
    rest.client.force_login(cast.operator.user)
    rest.post(at(found, ":acknowledge"), {"comment": "seen"})
    seen = rest.post(at(found, ":name-cause"), {"cause": "door"})
    body = {"disposition": "quarantine", "meaning": "checked the cores"}
    Excursion.objects.filter(pk=found.pk).update(revision=2, degree_minutes=400)
    stale = rest.post(at(found, ":dispose"), body, if_match=seen["ETag"])
    assert problem(stale) == (412, "precondition_failed")
    fresh = rest.get(at(found))["ETag"]
    signed = rest.post(at(found, ":dispose"), body, if_match=fresh)
    assert signed.status_code == 200, signed.content
    assert signed.json()["disposition"] == "quarantine"
    assert signed.json()["meaning"] == "checked the cores"
