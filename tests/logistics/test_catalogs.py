"""Every string that code or a template marks has its Chinese; nothing in the catalog is left over."""

from pathlib import Path

import pytest
from django.utils.translation import gettext, ngettext, override

from logistics import catalogs


def test_every_marked_string_is_translated_with_the_same_placeholders() -> None:
    assert catalogs.gaps() == []


def test_no_translation_is_left_over() -> None:
    assert catalogs.unused() == []


def test_the_catalog_is_as_update_messages_writes_it() -> None:
    path = catalogs.catalog_path()
    before = path.read_bytes()
    try:
        catalogs.update()
        assert path.read_bytes() == before
    finally:
        path.write_bytes(before)


def test_the_compiled_catalog_is_the_one_that_stands_in_the_source() -> None:
    """`make messages` compiles it; a stale one would show old words."""
    with override("zh-hans"):
        stale = [
            message.id
            for message in catalogs.read_catalog()
            if isinstance(message.id, str) and message.id and gettext(message.id) != message.string
        ]
        assert stale == []
        assert ngettext("%(n)s pallet", "%(n)s pallets", 2) == "%(n)s 托"


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("a.html", "{% load i18n %}<p>{% trans 'One more' %}</p>", {"One more"}),
        ("b.html", "{% blocktrans %}It's {{ x }}{% endblocktrans %}", {"It's %(x)s"}),
        (
            "c.html",
            "{% blocktrans count n=1 %}{{ n }} a{% plural %}{{ n }} b{% endblocktrans %}",
            {("%(n)s a", "%(n)s b")},
        ),
        (
            "d.py",
            "x = _('One')\ny = gettext_lazy(\n    'Two '\n    'words'\n)",
            {"One", "Two words"},
        ),
        ("e.py", "print('not marked')", set()),
    ],
)
def test_strings_are_found_wherever_they_are_marked(
    tmp_path: Path, name: str, source: str, expected: set[catalogs.Text]
) -> None:
    path = tmp_path / name
    path.write_text(source)
    assert set(catalogs._strings(path)) == expected
