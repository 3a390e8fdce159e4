"""A dossier says what the books say, proves itself without them, and betrays every changed byte."""

import os
import random
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command

from logistics.models import Document
from logistics.scoping import SYSTEM, Principal, Role
from tests.warehouses.conftest import START, ColdStore
from tests.warehouses.dossier.conftest import Journey, make_journey
from warehouses import seals
from warehouses.dossier import archive, gathering, signing
from warehouses.dossier.building import sealed_file
from warehouses.dossier.papers import written
from warehouses.dossier.verifying import DOSSIER, Dossier, verify
from warehouses.models import Reading, ShipmentVerdict

# `DOSSIER_FLIPS=1000` runs the whole number.
FLIPS = int(os.environ.get("DOSSIER_FLIPS", "100"))


def paper(content: bytes) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.json.decode(archive.read(content)[DOSSIER])
    return plain


def forged(journey: Journey, content: bytes, change: Any) -> bytes:
    """Change the statement and sign the file again with the right key."""
    members = archive.read(content)
    plain = msgspec.json.decode(members[DOSSIER])
    change(plain["statement"])
    kept = {n: c for n, c in members.items() if not n.startswith("manifest")}
    facts = msgspec.json.decode(members[DOSSIER], type=Dossier).facts
    return sealed_file(kept | {DOSSIER: written(plain)}, facts, journey.key)


def test_a_dossier_proves_itself(journey: Journey) -> None:
    proof = verify(journey.dossier(), journey.key.public_key())
    assert proof.difference is None
    assert (proof.shipment, proof.outcome) == (journey.shipment.waybill, "compliant")
    assert proof.n_readings == 4 * 2 * 217
    assert proof.n_blocks == 4 * 2 * 19


def test_the_same_dossier_is_made_of_the_same_bytes(journey: Journey) -> None:
    assert journey.dossier() == journey.dossier()


@pytest.mark.parametrize("warm_c", [None, -14.5, -13.0])
def test_a_dossier_says_what_the_verdict_says(cold: ColdStore, warm_c: float | None) -> None:
    journey = make_journey(cold, warm_c)
    row = ShipmentVerdict.objects.get(shipment=journey.shipment, is_current=True)
    statement = paper(journey.dossier())["statement"]
    assert statement["verdict"]["outcome"] == row.verdict
    assert statement["coverage"]["percent"] == row.coverage_pct
    assert statement["budget"]["degree_minutes"] == row.degree_minutes
    causes = [reason["cause"] for reason in statement["verdict"]["reasons"]]
    assert causes == [reason["cause"] for reason in row.reasons]


def test_the_budget_is_shared_out_to_the_keeper_who_used_it(cold: ColdStore) -> None:
    plain = paper(make_journey(cold, -13.0).dossier())
    budget = plain["statement"]["budget"]
    keepers = [space["keeper"]["id"] for space in plain["facts"]["spaces"]]
    used = {share["keeper"]: share["degree_minutes"] for share in budget["shares"]}
    assert set(used) == set(keepers)
    assert used[keepers[1]] == budget["degree_minutes"] > 60
    assert sum(used.values()) == budget["degree_minutes"]


def test_every_hand_over_has_the_air_on_both_sides(journey: Journey) -> None:
    hand_overs = paper(journey.dossier())["statement"]["hand_overs"]
    assert [(h["given"] is not None, h["taken"] is not None) for h in hand_overs] == [
        (False, True),
        (True, True),
        (True, True),
        (True, True),
        (True, False),
    ]
    assert all(h["is_between_keepers"] for h in hand_overs)
    assert all(h["taken"]["is_accepted"] for h in hand_overs[:-1])


def test_meat_without_its_quarantine_certificate_says_so(cold: ColdStore) -> None:
    meat, fruit = cold.shipment(7, "chilled_meat"), cold.shipment(8, "chilled")
    missing = [
        gathering.gather(shipment=one, at=START, reader=SYSTEM)[0].missing_documents
        for one in (meat, fruit)
    ]
    assert missing == [("animal_quarantine_certificate",), ()]
    Document.objects.create(
        shipment=meat,
        kind="animal_quarantine_certificate",
        media_type="application/pdf",
        size_bytes=3,
        sha256="0" * 64,
        added_at=START,
    )
    facts = gathering.gather(shipment=meat, at=START, reader=SYSTEM)[0]
    assert facts.missing_documents == ()
    assert [document.kind for document in facts.documents] == ["animal_quarantine_certificate"]


def test_every_flipped_byte_is_found(journey: Journey) -> None:
    content, key = journey.dossier(), journey.key.public_key()
    dice = random.Random(4)
    missed = []
    for _ in range(FLIPS):
        place, bit = dice.randrange(len(content)), 1 << dice.randrange(8)
        flipped = bytearray(content)
        flipped[place] ^= bit
        if verify(bytes(flipped), key).difference is None:
            missed.append((place, bit))
    assert missed == []


def test_a_flipped_byte_of_a_block_is_named_by_its_block(journey: Journey) -> None:
    members = archive.read(journey.dossier())
    name = next(name for name in sorted(members) if name.startswith("blocks/"))
    members[name] = members[name][:-1] + bytes([members[name][-1] ^ 1])
    different = verify(archive.write(members), journey.key.public_key()).difference
    assert different is not None
    assert different.where == f"{name}: SHA-256"


def test_a_statement_that_its_readings_do_not_make_is_named_though_it_is_signed(
    cold: ColdStore,
) -> None:
    journey = make_journey(cold, -13.0)

    def whitewash(statement: dict[str, Any]) -> None:
        statement["verdict"] = {"outcome": "compliant", "reasons": []}

    content = forged(journey, journey.dossier(), whitewash)
    different = verify(content, journey.key.public_key()).difference
    assert different is not None
    assert different.where == "statement.verdict.outcome"
    assert (different.says, different.found) == ("compliant", "breached")


def test_another_key_proves_nothing(journey: Journey) -> None:
    stranger = Ed25519PrivateKey.generate().public_key()
    different = verify(journey.dossier(), stranger).difference
    assert different is not None
    assert different.where == "manifest.json / manifest.sig"


def test_bytes_after_the_end_are_found(journey: Journey) -> None:
    assert verify(journey.dossier() + b"x", journey.key.public_key()).difference is not None


@pytest.mark.parametrize("content", [b"", b"PK", b"\0" * 4096])
def test_what_is_no_dossier_is_named(content: bytes) -> None:
    different = verify(content, Ed25519PrivateKey.generate().public_key()).difference
    assert different is not None
    assert different.where == "file"


def test_the_command_proves_a_file_and_names_a_difference(
    journey: Journey, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = journey.dossier()
    good, bad, key = tmp_path / "good.zip", tmp_path / "bad.zip", tmp_path / "key.pem"
    good.write_bytes(content)
    bad.write_bytes(content[:-30] + b"?" + content[-29:])
    key.write_bytes(signing.public_pem(journey.key))
    call_command("verify_dossier", good, key=key)
    assert "proven: WB000001 compliant" in capsys.readouterr().out
    with pytest.raises(CommandError, match="differs"):
        call_command("verify_dossier", bad, key=key)
    with pytest.raises(CommandError, match="no public key"):
        call_command("verify_dossier", good, key=good)


def test_a_shipment_that_was_nowhere_yet_is_not_proven(cold: ColdStore) -> None:
    journey = Journey(cold.shipment(9), Ed25519PrivateKey.generate(), START)
    proof = verify(journey.dossier(), journey.key.public_key())
    assert (proof.difference, proof.outcome) == (None, "not_proven")


def test_a_tenant_learns_no_name_that_it_may_not_know(cold: ColdStore) -> None:
    journey = make_journey(cold, -13.0)
    tenant = Principal(Role.SHIPPER, "tenant", organization_id=cold.shipper.pk)
    content = journey.dossier(tenant)
    assert verify(content, journey.key.public_key()).difference is None
    plain = paper(content)
    assert plain["facts"]["subject"]["shipper"]["name_en"] == "Owner"
    names = {space["keeper"]["name_en"] for space in plain["facts"]["spaces"]}
    assert names == {f"Withheld {number}" for number in range(1, 5)}
    assert not any(word in content for word in (b"Keeper", b"space1", b"s1-0"))
    full = paper(journey.dossier())["statement"]
    assert plain["statement"]["verdict"] == full["verdict"]
    assert plain["statement"]["coverage"] == full["coverage"]


def test_three_days_in_four_hands_are_made_within_a_second(journey: Journey) -> None:
    journey.dossier()  # the fonts are read once a process
    started = time.perf_counter()
    content = journey.dossier()
    made_s = time.perf_counter() - started
    started = time.perf_counter()
    assert verify(content, journey.key.public_key()).difference is None
    proven_s = time.perf_counter() - started
    words = f"72 h, 4 keepers: made in {made_s:.3f} s, proven in {proven_s:.3f} s\n"
    sys.stdout.write(words)
    assert made_s <= 1


def test_the_sheet_is_there_in_both_languages(journey: Journey) -> None:
    members = archive.read(journey.dossier())
    sheets = {name: content for name, content in members.items() if name.endswith(".pdf")}
    assert set(sheets) == {"dossier-zh.pdf", "dossier-en.pdf"}
    assert all(content.startswith(b"%PDF-") for content in sheets.values())


def test_hours_whose_rows_were_dropped_are_read_from_their_blocks(
    journey: Journey, settings: Any
) -> None:
    before = journey.dossier()
    settings.READINGS_KEEP_ROWS_D = 3
    seals.seal_due(at=journey.at + timedelta(days=30))
    assert not Reading.objects.exists()
    assert journey.dossier() == before
