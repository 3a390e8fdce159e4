"""The gettext catalogs: every string that code and templates mark, compared with what is translated.

Babel reads Python; Django turns a template into something that Babel can read. No gettext is needed.
"""

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
FLOORS = ("logistics", "warehouses", "routing")
LOCALE = "zh_Hans"

Text = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A string without a translation, or one whose placeholders differ from the source's."""

    text: str
    problem: str


def catalog_path() -> Path:
    """Return the one catalog: all floors share it."""
    return Path(settings.LOCALE_PATHS[0]) / LOCALE / "LC_MESSAGES" / "django.po"


def marked() -> dict[Text, list[str]]:
    """Return every marked string with the files it stands in."""
    found: dict[Text, list[str]] = defaultdict(list)
    for floor in FLOORS:
        for path in sorted((settings.BASE_DIR / floor).rglob("*")):
            if path.suffix not in {".py", ".html"} or "migrations" in path.parts:
                continue
            where = str(path.relative_to(settings.BASE_DIR))
            for text in _strings(path):
                if where not in found[text]:
                    found[text].append(where)
    return dict(found)


def read_catalog() -> Catalog:
    """Return the catalog as it stands on disk; an absent one is empty."""
    path = catalog_path()
    if not path.exists():
        return Catalog(locale=LOCALE)
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE)


def gaps() -> list[Gap]:
    """Return what a reader of Chinese would see in English, or see broken."""
    catalog = read_catalog()
    found = [Gap(_shown(text), "not translated") for text in marked() if not _done(catalog, text)]
    found += [
        Gap(_shown(message.id), "other placeholders")
        for message in _entries(catalog)
        if message.string and not _same_placeholders(message)
    ]
    return found


def unused() -> list[str]:
    """Return catalog entries that no code marks any more."""
    texts = marked()
    return [_shown(message.id) for message in _entries(read_catalog()) if message.id not in texts]


def update() -> int:
    """Write the catalog anew: marked strings in, unused ones out, translations kept; return how many lack one."""
    old, texts = read_catalog(), marked()
    new = _empty(old)
    for text in sorted(texts, key=lambda text: (texts[text][0], _shown(text))):
        known = old.get(text[0] if isinstance(text, tuple) else text)
        new.add(text, known.string if known else None, locations=[(f, 0) for f in texts[text]])
    catalog_path().parent.mkdir(parents=True, exist_ok=True)
    with catalog_path().open("wb") as file:
        write_po(file, new, width=100, include_lineno=False, omit_header=False)
    return sum(not _done(new, text) for text in texts)


def _empty(old: Catalog) -> Catalog:
    """Return a catalog with our header; its date stays, so that writing it twice changes nothing."""
    return Catalog(
        locale=LOCALE,
        project="luohe-logistics",
        version="1",
        fuzzy=False,
        charset="utf-8",
        header_comment="# Simplified Chinese of the pages, the admin and the API's words.",
        creation_date=old.creation_date,
        revision_date=old.creation_date,
        last_translator="luohe-logistics",
        language_team="zh_Hans",
        msgid_bugs_address="none",
    )


def _strings(path: Path) -> Iterator[Text]:
    source = path.read_text()
    if path.suffix == ".html":
        # Only the calls matter: indentation left by the template would be bad Python.
        source = "\n".join(line.strip() for line in templatize(source).splitlines())
    for _line, function, arguments, _comments in extract_python(
        io.BytesIO(source.encode()), KEYWORDS, (), {"encoding": "utf-8"}
    ):
        text = _text(str(function), arguments)
        if text:
            yield text


def _text(function: str, arguments: object) -> Text | None:
    texts = [arguments] if isinstance(arguments, str) else list(arguments or ())  # type: ignore[call-overload]
    if function.startswith("n"):
        return tuple(text for text in texts[:2] if text)
    if function.startswith("p"):
        texts = texts[1:]
    return texts[0] if texts and isinstance(texts[0], str) else None


def _entries(catalog: Catalog) -> Iterable[Message]:
    return (message for message in catalog if message.id)


def _done(catalog: Catalog, text: Text) -> bool:
    message = catalog.get(text[0] if isinstance(text, tuple) else text)
    if message is None or message.fuzzy:
        return False
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(strings)


def _same_placeholders(message: Message) -> bool:
    pattern = r"%\((\w+)\)|%([sd])|\{(\w*)\}"
    source = message.id[-1] if isinstance(message.id, tuple | list) else message.id
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    wanted = set(re.findall(pattern, str(source)))
    return all(set(re.findall(pattern, str(string))) == wanted for string in strings)


def _shown(text: object) -> str:
    return " | ".join(text) if isinstance(text, tuple | list) else str(text)
