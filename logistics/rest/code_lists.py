"""The enumerations that answers speak in; each floor registers its own, codes are never translated."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import override

_lists: dict[str, type[models.TextChoices]] = {}


def publish(**lists: type[models.TextChoices]) -> None:
    """Make enumerations readable under their names."""
    _lists.update(lists)


def names() -> list[str]:
    """Return the names of all lists."""
    return sorted(_lists)


def entries(name: str) -> list[dict[str, str]] | None:
    """Return the codes of a list with their meaning in both languages, or None."""
    choices = _lists.get(name)
    if choices is None:
        return None
    return translated(dict(choices.choices))


def translated(labels: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return codes with their labels in both languages."""
    written = {}
    for language in ("zh-hans", "en"):
        with override(language):
            written[language] = [str(label) for label in labels.values()]
    triples = zip(labels, written["zh-hans"], written["en"], strict=True)
    return [{"code": code, "label_zh": zh, "label_en": en} for code, zh, en in triples]
