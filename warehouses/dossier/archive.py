"""Owns the file of a dossier: a zip whose every byte follows from its members, a manifest, and its signature.

Members are stored, not packed (blocks and PDF are packed already), in the order of their names, with one fixed
date: so who reads the file can write it again and compare, and no byte of it is beyond proof.
"""

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import msgspec

from warehouses.dossier.papers import written

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
_DATE = (1980, 1, 1, 0, 0, 0)
_READ_ERRORS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class FileUnreadable(ValueError):
    """The file is no dossier's zip."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One member as the manifest lists it."""

    name: str
    sha256: str
    size_bytes: int


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed: every member but itself and its signature."""

    format: str
    shipment: str
    made_s: int
    members: tuple[Entry, ...]


def sha256(content: bytes) -> str:
    """Return the SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def manifest_of(members: Mapping[str, bytes], *, form: str, shipment: str, made_s: int) -> bytes:
    """List the members in the order of their names."""
    entries = tuple(
        Entry(name, sha256(content), len(content)) for name, content in sorted(members.items())
    )
    return written(Manifest(form, shipment, made_s, entries))


def write(members: Mapping[str, bytes]) -> bytes:
    """Write members as a zip; the same members always give the same bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(members.items()):
            info = zipfile.ZipInfo(name, _DATE)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return file.getvalue()


def read(content: bytes) -> dict[str, bytes]:
    """Return the members by name, whatever their checksums say; raises FileUnreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {}
            for info in archive.infolist():
                # The manifest's hash names the member that changed; the zip's own sum would hide the rest.
                info.CRC = None  # type: ignore[assignment]
                members[info.filename] = archive.read(info)
            return members
    except _READ_ERRORS as error:
        message = f"the zip cannot be read: {type(error).__name__}: {error}"
        raise FileUnreadable(message) from error


def first_other_byte(content: bytes, again: bytes) -> int | None:
    """Return the place of the first byte that differs, or None."""
    if content == again:
        return None
    shorter = min(len(content), len(again))
    return next((i for i in range(shorter) if content[i] != again[i]), shorter)
