"""Pages by keyset: nothing is skipped or told twice, and a cursor helps nobody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.errors import DomainError
from logistics.models import GoodsCategory
from logistics.rest.paging import page_of, seal, unseal


@given(st.integers(min_value=0, max_value=2**63 - 1), st.text(max_size=40))
def test_a_cursor_gives_back_what_it_stands_for(value: int, place: str) -> None:
    assert unseal(seal(value, place=place), place=place) == value


def test_a_cursor_does_not_show_the_number_it_stands_for() -> None:
    assert "123456789" not in seal(123456789, place="/api/v1/loads user:dora")
    assert seal(1, place="x") != seal(1, place="x")


@pytest.mark.parametrize("cursor", ["", "x", "a" * 400, "é", "\ud800", "=", "gAAAA", "0" * 5000])
def test_a_forged_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(DomainError) as refusal:
        unseal(cursor, place="here")
    assert (refusal.value.status, refusal.value.code) == (400, "invalid_cursor")


def test_a_cursor_of_another_list_or_reader_is_refused() -> None:
    cursor = seal(5, place="/api/v1/loads client:1")
    for place in ("/api/v1/trips client:1", "/api/v1/loads client:2"):
        with pytest.raises(DomainError):
            unseal(cursor, place=place)


@pytest.mark.django_db
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_pages_together_are_the_list(limit: int) -> None:
    for number in range(7):
        GoodsCategory.objects.create(code=f"c{number}", name_zh="类", name_en="Kind")
    rows, cursor, seen, n_pages = GoodsCategory.objects.all(), None, [], 0
    while True:
        page = page_of(rows, key="id", place="here", cursor=cursor, limit=limit)
        seen += [row.code for row in page.rows]
        n_pages += 1
        cursor = page.next_cursor
        if cursor is None:
            break
        # A row that comes in meanwhile shows at the end and shifts nothing.
    assert seen == [f"c{number}" for number in range(7)]
    assert n_pages == -(-7 // limit)
