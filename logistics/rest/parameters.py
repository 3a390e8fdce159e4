"""Query parameters, each declared once: how it is read, what the OpenAPI document says, and no other is accepted."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _

from logistics.errors import DomainError, Fault

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
MAX_TEXT = 200
MAX_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter; `read` raises ValueError with a sentence that says what is accepted."""

    name: str
    description: str
    read: Callable[[str], Any]
    schema: Mapping[str, Any] = field(default_factory=dict)


def integer(name: str, description: str, *, least: int, most: int, default: int) -> Parameter:
    """Declare a whole number with both ends inclusive."""

    def read(text: str) -> int:
        if not (
            text.isascii()
            and text.isdigit()
            and len(text) <= MAX_DIGITS
            and least <= int(text) <= most
        ):
            raise ValueError(
                _("must be a whole number from %(least)d to %(most)d")
                % {"least": least, "most": most}
            )
        return int(text)

    schema = {"type": "integer", "minimum": least, "maximum": most, "default": default}
    return Parameter(name, description, read, schema)


def one_or_more_of(name: str, description: str, codes: Iterable[str]) -> Parameter:
    """Declare codes of an enumeration, separated by commas."""
    known = sorted(codes)

    def read(text: str) -> list[str]:
        given = text.split(",")
        if not set(given) <= set(known):
            raise ValueError(_("must be codes of: %(known)s") % {"known": ", ".join(known)})
        return given

    items = {"type": "string", "enum": known}
    return Parameter(name, description, read, {"type": "array", "items": items})


def choices_of(name: str, description: str, choices: type[models.TextChoices]) -> Parameter:
    """Declare codes of a model's enumeration, separated by commas."""
    return one_or_more_of(name, description, choices.values)


def day(name: str, description: str) -> Parameter:
    """Declare a calendar day."""

    def read(text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise ValueError(_("must be a day such as 2026-11-24")) from error

    return Parameter(name, description, read, {"type": "string", "format": "date"})


def moment(name: str, description: str) -> Parameter:
    """Declare a moment with its offset (RFC 3339)."""

    def read(text: str) -> datetime:
        # A plus sign that was not percent-encoded arrives as a space.
        try:
            at = datetime.fromisoformat(text.replace(" ", "+"))
            is_near = at.utcoffset() is not None and EARLIEST <= at <= LATEST
        except (ValueError, OverflowError):
            is_near = False
        if not is_near:
            raise ValueError(
                _("must be a moment with its offset such as 2026-11-24T06:30:00+08:00")
            )
        return at

    return Parameter(name, description, read, {"type": "string", "format": "date-time"})


def text(name: str, description: str, *, schema: Mapping[str, Any] | None = None) -> Parameter:
    """Declare a short text that is compared as it stands."""

    def read(given: str) -> str:
        if not given or len(given) > MAX_TEXT:
            raise ValueError(_("must have 1 to %(most)d characters") % {"most": MAX_TEXT})
        return given

    return Parameter(name, description, read, {"type": "string", **(schema or {})})


def read_parameters(query: QueryDict, declared: Iterable[Parameter]) -> dict[str, Any]:
    """Return the declared parameters that were given, or raise a DomainError that names every wrong one."""
    by_name = {parameter.name: parameter for parameter in declared}
    read: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, values in query.lists():
        parameter = by_name.get(name)
        pointer = f"?{name[:MAX_TEXT]}"
        if parameter is None:
            faults.append(Fault(pointer, "unknown_parameter", _("unknown query parameter")))
        elif len(values) != 1:
            faults.append(Fault(pointer, "invalid_parameter", _("is given more than once")))
        else:
            try:
                read[name] = parameter.read(values[0])
            except ValueError as error:
                faults.append(Fault(pointer, "invalid_parameter", str(error)))
    if faults:
        raise _refusal(faults)
    return read


def _refusal(faults: list[Fault]) -> DomainError:
    unknown = [fault for fault in faults if fault.code == "unknown_parameter"]
    worst = unknown or faults
    names = ", ".join(fault.pointer.removeprefix("?") for fault in worst)
    if unknown:
        detail = _("Unknown query parameter: %(names)s.") % {"names": names}
    else:
        detail = _("Invalid query parameter: %(names)s.") % {"names": names}
    return DomainError(worst[0].code, detail, 400, faults)
