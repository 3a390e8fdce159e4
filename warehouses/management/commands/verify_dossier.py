"""`manage.py verify_dossier FILE --key PUB`: proves a dossier without a database, or names the first difference."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from warehouses.dossier.signing import KeyUnreadable, public_key
from warehouses.dossier.verifying import verify


class Command(BaseCommand):
    """Reads two files and touches nothing else."""

    help = "Prove a dossier: hashes, signature, chain, statement. Exits 1 and names the first difference."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file and the public key."""
        parser.add_argument("file", type=Path, help="the dossier's zip")
        parser.add_argument("--key", type=Path, required=True, help="the park's public key in PEM")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify, and say what was checked."""
        try:
            content, pem = options["file"].read_bytes(), options["key"].read_bytes()
            proof = verify(content, public_key(pem))
        except (OSError, KeyUnreadable) as error:
            raise CommandError(str(error)) from error
        if proof.difference:
            first = proof.difference
            message = f"不符 differs: {first.where}\n  says:  {first.says}\n  found: {first.found}"
            raise CommandError(message)
        self.stdout.write(
            f"属实 proven: {proof.shipment} {proof.outcome}; {proof.n_members} members,"
            f" {proof.n_blocks} blocks, {proof.n_readings} readings"
        )
