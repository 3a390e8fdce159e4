"""manage.py update_messages: bring the catalog up to date with what code and templates mark."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from logistics import catalogs


class Command(BaseCommand):
    help = "Add new strings to the zh_Hans catalog, drop unused ones, name what has no translation."

    def handle(self, *args: Any, **options: Any) -> None:
        n_open = catalogs.update()
        for gap in catalogs.gaps():
            self.stdout.write(f"{gap.problem}: {gap.text}")
        if n_open:
            message = f"{n_open} strings have no translation in {catalogs.catalog_path()}"
            raise CommandError(message)
        self.stdout.write("every string is translated; `make messages` compiles the catalog")
