"""Owns the proof of a dossier: everything that can be computed again is, and the first difference is named.

Needs the file and the public key, no database. The PDF is what the hash and the signature cover; the statement
and the EPCIS document are computed again from the packed readings.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from warehouses.dossier import archive, blocks, epcis
from warehouses.dossier.archive import MANIFEST, SIGNATURE, FileUnreadable, Manifest
from warehouses.dossier.papers import FORMAT, Evidence, Facts, first_difference, written
from warehouses.dossier.signing import is_signed
from warehouses.dossier.statement import stated, stretches

DOSSIER, EVIDENCE = "dossier.json", "evidence.json"


class Dossier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The paper itself: facts from the books, and the statement computed from the evidence."""

    facts: Facts
    statement: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place at which a dossier is not what it should be."""

    where: str
    says: str
    found: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What was checked; `difference` is None where everything agrees."""

    difference: Difference | None
    shipment: str = ""
    outcome: str = ""
    n_members: int = 0
    n_blocks: int = 0
    n_readings: int = 0


def verify(content: bytes, key: Ed25519PublicKey) -> Proof:
    """Check a dossier: hashes, signature, chain of blocks, statement, EPCIS document, and every byte of the file."""
    try:
        members = archive.read(content)
    except FileUnreadable as error:
        return Proof(Difference("file", "a dossier's zip", str(error)))
    different = next(_of_manifest(members, key), None)
    if (
        different is None
        and (place := archive.first_other_byte(content, archive.write(members))) is not None
    ):
        different = Difference(f"file: byte {place}", "as the members give it", "another byte")
    if different:
        return Proof(different)
    return _of_papers(members)


def _of_manifest(members: Mapping[str, bytes], key: Ed25519PublicKey) -> Iterator[Difference]:
    missing = [name for name in (MANIFEST, SIGNATURE) if name not in members]
    if missing:
        yield Difference(missing[0], "a member", "no such member")
        return
    try:
        manifest = msgspec.json.decode(members[MANIFEST], type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        yield Difference(MANIFEST, "a manifest", str(error))
        return
    if not is_signed(members[SIGNATURE], members[MANIFEST], key):
        where = f"{MANIFEST} / {SIGNATURE}"
        yield Difference(where, "signed by this key", "the signature does not fit")
    listed = {entry.name: entry.sha256 for entry in manifest.members}
    found = {name: archive.sha256(content) for name, content in members.items()}
    for name in sorted({*listed, *found} - {MANIFEST, SIGNATURE}):
        says, is_ = listed.get(name, "no such member"), found.get(name, "no such member")
        if says != is_:
            yield Difference(f"{name}: SHA-256", says, is_)


def _of_papers(members: Mapping[str, bytes]) -> Proof:
    """Compute the papers again; a file that was signed but says what its readings do not say fails here."""
    try:
        dossier = msgspec.json.decode(members[DOSSIER], type=Dossier)
        evidence = msgspec.json.decode(members[EVIDENCE], type=Evidence)
    except (KeyError, msgspec.DecodeError, UnicodeDecodeError) as error:
        return Proof(Difference(f"{DOSSIER} / {EVIDENCE}", "papers", str(error)))
    different = next(_recomputed(dossier, evidence, members), None)
    return Proof(
        different,
        shipment=dossier.facts.subject.waybill,
        outcome=str(dossier.statement.get("verdict", {}).get("outcome", "")),
        n_members=len(members),
        n_blocks=sum(len(sensor.blocks) for sensor in evidence.sensors),
        n_readings=sum(block.n for sensor in evidence.sensors for block in sensor.blocks),
    )


def _recomputed(
    dossier: Dossier, evidence: Evidence, members: Mapping[str, bytes]
) -> Iterator[Difference]:
    if dossier.facts.format != FORMAT:
        yield Difference("facts.format", dossier.facts.format, FORMAT)
    for sensor in evidence.sensors:
        for where, says, is_ in blocks.faults(sensor, members):
            yield Difference(where, says, is_)
    try:
        found = stretches(dossier.facts, evidence, members)
        computed = _plain(stated(dossier.facts, found))
    except (LookupError, ValueError) as error:
        yield Difference("statement", "can be computed", f"{type(error).__name__}: {error}")
        return
    different = first_difference(_plain(dossier.statement), computed)
    if different:
        path, says, is_ = different
        yield Difference(f"statement.{path}", str(says), str(is_))
    if members.get(epcis.DOCUMENT) != written(epcis.document(dossier.facts, found)):
        yield Difference(epcis.DOCUMENT, "other events", "the events of these readings")


def _plain(value: Any) -> Any:
    """Return a value as reading it back from the file gives it."""
    return msgspec.json.decode(written(value))
