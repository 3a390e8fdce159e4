"""Make a machine's credential and show it once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from logistics.clients import SCOPES_OF, create_client
from logistics.errors import InvalidInput


class Command(BaseCommand):
    help = (
        "Make an OAuth2 client for an organization; its secret is printed once and kept as a hash."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", required=True, metavar="CODE")
        parser.add_argument("--role", required=True, choices=sorted(SCOPES_OF))
        parser.add_argument(
            "--scopes", nargs="+", metavar="SCOPE", help="fewer than the role's own"
        )
        parser.add_argument("--name", default="", help="what people call the machine")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = create_client(
                organization_code=options["organization"],
                role=options["role"],
                scopes=options["scopes"],
                name=options["name"],
            )
        except InvalidInput as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"client_id:     {made.client_id}")
        self.stdout.write(f"client_secret: {made.client_secret}")
        self.stdout.write(f"scopes:        {made.machine.scopes}")
        self.stderr.write("The secret is not shown again.")
