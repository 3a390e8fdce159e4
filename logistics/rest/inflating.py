"""Unpacks gzip bodies before anything else reads them, and never more than a plain body might hold."""

import zlib
from io import BytesIO

from django.http import HttpRequest
from django.utils.translation import gettext as _

from logistics.rest.problems import Problem

GZIP = 16 + zlib.MAX_WBITS  # zlib's way to say: with a gzip header and check sum
# Each member is unpacked by itself; a file of a million empty ones would cost a day.
MAX_MEMBERS = 16
PLAIN = frozenset({"", "identity"})
PACKED = frozenset({"gzip", "x-gzip"})


class TooLarge(ValueError):
    """More bytes come out than are accepted."""


class Damaged(ValueError):
    """These bytes are no gzip file, or only a part of one."""


def inflate(request: HttpRequest, *, most: int) -> Problem | None:
    """Replace a packed body by what it holds, at most `most` bytes, or say why not."""
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding in PLAIN:
        return None
    problem: Problem | None = None
    body = b""
    try:
        body = unpacked(request.body, most=most) if encoding in PACKED else b""
    except TooLarge:
        detail = _("At most %(most)d bytes are accepted here.") % {"most": most}
        problem = Problem(413, "body_too_large", detail)
    except Damaged:
        problem = Problem(400, "malformed_body", _("The body is no whole gzip file."))
    if encoding not in PACKED:
        detail = _("The body may be packed with gzip and nothing else.")
        problem = Problem(415, "unsupported_media_type", detail)
    if problem is None:
        _put(request, body)
    return problem


def _put(request: HttpRequest, body: bytes) -> None:
    # Whoever reads the body from here on (guards, parsers, key fingerprints) sees the plain one.
    request._body = body  # noqa: SLF001 - Django has no public way to replace a body
    request._stream = BytesIO(body)  # noqa: SLF001 - the same
    request.META["CONTENT_LENGTH"] = str(len(body))
    del request.META["HTTP_CONTENT_ENCODING"]


def unpacked(packed: bytes, *, most: int) -> bytes:
    """Return what a gzip file of one or more members holds; raise TooLarge or Damaged."""
    parts: list[bytes] = []
    n_left = most
    while packed:
        if len(parts) == MAX_MEMBERS:
            raise Damaged
        member = zlib.decompressobj(GZIP)
        try:
            part = member.decompress(packed, n_left + 1)  # a bomb stops after this many bytes
        except zlib.error as error:
            raise Damaged from error
        n_left -= len(part)
        if n_left < 0:
            raise TooLarge
        if not member.eof:
            raise Damaged
        parts.append(part)
        packed = member.unused_data
    if not parts:
        raise Damaged
    return b"".join(parts)
