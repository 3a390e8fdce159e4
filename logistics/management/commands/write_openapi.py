"""Write the OpenAPI document to the file that is committed."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from logistics.rest.schema import document


class Command(BaseCommand):
    help = "Write docs/openapi.json anew; a test compares it with what the service serves."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "openapi.json"
        path.write_bytes(document())
        self.stdout.write(f"{path.relative_to(settings.BASE_DIR)} written")
