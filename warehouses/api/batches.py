"""What every batch over REST shares: bodies left as bytes, answers row by row."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.parsers import BaseParser

from logistics.errors import DomainError, Fault
from logistics.rest.idempotency import HEADER
from logistics.rest.schema import in_header
from logistics.rest.shapes import Shape
from warehouses.reading_bodies import TooManyRows, Unreadable

MAX_ROWS = 5_000
T = TypeVar("T")

OPTIONAL_KEY = in_header(
    HEADER,
    "Optional: a repetition within 24 hours is answered with the same bytes and Idempotency-Replayed: true. "
    "Without it a repetition is harmless too, its rows count as duplicates.",
    required=False,
)


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes as they came: msgspec reads them a hundred times faster than serializers."""

    data: bytes = b""
    is_lines: bool = False


class JsonBytes(BaseParser):
    """Leaves a JSON array as bytes."""

    media_type = "application/json"
    is_lines: ClassVar[bool] = False

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return Body(stream.read(), self.is_lines)


class JsonLines(JsonBytes):
    """One JSON object a line."""

    media_type = "application/x-ndjson"
    is_lines = True


class RejectedShape(Shape[Any]):
    line = serializers.IntegerField(help_text="Counted from 0.")
    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()
    is_kept = serializers.BooleanField(help_text="Kept aside and not judged.")


def decode(read: Callable[..., T], data: bytes) -> T:
    """Decode a whole body by `read(data, most=...)`, or refuse all of it."""
    try:
        return read(data, most=MAX_ROWS)
    except TooManyRows as error:
        detail = _("%(n_rows)d rows at once; send at most %(most)d.") % {
            "n_rows": error.n_rows,
            "most": MAX_ROWS,
        }
        raise DomainError(code="body_too_large", detail=detail, status=413) from error
    except Unreadable as error:
        detail = _("The body must be a JSON array of rows, or one row a line.")
        faults = [Fault("/", "malformed_body", str(error))]
        raise DomainError(
            code="malformed_body", detail=detail, status=400, faults=faults
        ) from error


def rejection(line: int, name: str, why: Any, *, is_kept: bool = False) -> dict[str, Any]:
    """Return the answer for one row that was not taken."""
    pointer = f"/{line}/{name}" if name else f"/{line}"
    return {
        "line": line,
        "pointer": pointer,
        "code": why.code,
        "detail": why.detail,
        "is_kept": is_kept,
    }
