"""Entity tags change with what is shown and who reads; changes need the one their author saw."""

import pytest
from django.test import RequestFactory
from rest_framework.request import Request

from logistics.errors import DomainError
from logistics.models import Organization
from logistics.rest.preconditions import etag_of, is_not_modified, require_match
from logistics.scoping import Principal, Role

DORA = Principal(role=Role.DISPATCHER, label="dora", organization_id=1)
YUAN = Principal(role=Role.CARRIER, label="yuan", organization_id=2)


def row(name: str = "Yi") -> Organization:
    return Organization(pk=1, public_id="org_1", code="a", name_zh="甲", name_en=name)


def request(**headers: str) -> Request:
    wire = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(RequestFactory().get("/", headers=wire))


def test_the_tag_changes_with_any_column_any_row_and_the_reader() -> None:
    tag = etag_of(row(), reader=DORA)
    assert tag == etag_of(row(), reader=DORA)
    assert len({tag, etag_of(row("Er"), reader=DORA), etag_of(row(), None, reader=DORA)}) == 3
    assert etag_of(row(), reader=YUAN) != tag
    assert tag.startswith('"')


def test_a_reader_who_holds_the_answer_is_recognized() -> None:
    tag = etag_of(row(), reader=DORA)
    assert is_not_modified(request(if_none_match=tag), tag)
    assert is_not_modified(request(if_none_match=f'"other", W/{tag}'), tag)
    assert is_not_modified(request(if_none_match="*"), tag)
    assert not is_not_modified(request(if_none_match='"other"'), tag)
    assert not is_not_modified(request(), tag)


def test_a_change_needs_the_tag_that_its_author_saw() -> None:
    tag = etag_of(row(), reader=DORA)
    require_match(request(if_match=tag), tag)
    require_match(request(if_match="*"), tag)
    for headers, status, code in [
        ({}, 428, "precondition_required"),
        ({"if_match": "nonsense"}, 428, "precondition_required"),
        ({"if_match": '"old"'}, 412, "precondition_failed"),
        ({"if_match": f"W/{tag}"}, 412, "precondition_failed"),
    ]:
        with pytest.raises(DomainError) as refusal:
            require_match(request(**headers), tag)
        assert (refusal.value.status, refusal.value.code) == (status, code)
