"""Owns the making of a dossier: gathered, stated, written, listed and signed."""

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from logistics.models import Shipment
from logistics.scoping import Principal
from warehouses.dossier import archive, epcis, gathering
from warehouses.dossier.papers import FORMAT, Evidence, Facts, written
from warehouses.dossier.sheet import sheets
from warehouses.dossier.statement import stated, stretches
from warehouses.dossier.verifying import DOSSIER, EVIDENCE, Dossier


@dataclass(frozen=True, slots=True)
class DossierFile:
    """A finished dossier."""

    name: str
    content: bytes


def build(
    *, shipment: Shipment, at: datetime, reader: Principal, key: Ed25519PrivateKey
) -> DossierFile:
    """Make the dossier of a shipment as it stands at a moment, with the names its reader may know."""
    facts, evidence, payloads = gathering.gather(shipment=shipment, at=at, reader=reader)
    content = assemble(facts, evidence, payloads, key)
    return DossierFile(f"dossier-{shipment.waybill}.zip", content)


def assemble(
    facts: Facts, evidence: Evidence, payloads: dict[str, bytes], key: Ed25519PrivateKey
) -> bytes:
    """Write, list and sign the members of a dossier."""
    found = stretches(facts, evidence, payloads)
    statement = stated(facts, found)
    papers = {DOSSIER: written(Dossier(facts, statement)), EVIDENCE: written(evidence)}
    papers[epcis.DOCUMENT] = written(epcis.document(facts, found))
    members = payloads | papers | sheets(facts, statement, found)
    return sealed_file(members, facts, key)


def sealed_file(members: dict[str, bytes], facts: Facts, key: Ed25519PrivateKey) -> bytes:
    """Add the manifest and its signature, and write the zip."""
    manifest = archive.manifest_of(
        members, form=FORMAT, shipment=facts.subject.id, made_s=facts.made_s
    )
    signed = {archive.MANIFEST: manifest, archive.SIGNATURE: key.sign(manifest)}
    return archive.write(members | signed)
