"""`manage.py generate_day`: a synthetic day of loads into the database, a file, or the fixtures."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from logistics.errors import DomainError
from logistics.fixture_files import FOLDER, Document, format_document, read_document
from logistics.scoping import SYSTEM
from routing.load_intake import Outcome
from routing.management.terminal import day_argument
from routing.seeding import seed_generated_day
from routing.synthetic.catalog import catalog_of
from routing.synthetic.day import Day, generate_day
from routing.synthetic.documents import fleet_document, sensors_document

MOST_LOADS, MOST_VEHICLES = 20_000, 5_000


class Command(BaseCommand):
    help = (
        "Generate a day of outbound loads that is hard but possible; the same for the same seed. "
        "Without --out it goes into the database, whose fixtures must be loaded."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", type=day_argument, required=True)
        parser.add_argument("--loads", type=int, default=320)
        parser.add_argument("--vehicles", type=int, default=104)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--out", type=Path, metavar="FILE", help="write the day as JSON instead"
        )
        parser.add_argument(
            "--write-fixtures",
            action="store_true",
            help="write fleet.json, sensors.json and the day into fixtures/",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for name, most in (("loads", MOST_LOADS), ("vehicles", MOST_VEHICLES)):
            if not 1 <= options[name] <= most:
                msg = f"--{name}: {options[name]} is not between 1 and {most}"
                raise CommandError(msg)
        documents = {
            name: read_document(f"{name}.json")
            for name in ("sites", "park", "products", "blueprints")
        }
        day = generate_day(
            day=options["date"],
            n_loads=options["loads"],
            n_vehicles=options["vehicles"],
            seed=options["seed"],
            catalog=catalog_of(documents),
        )
        fleet = fleet_document(day.vehicles, documents["blueprints"])
        sensors = sensors_document(day.vehicles, documents["park"])
        if options["write_fixtures"]:
            self._write(FOLDER / "fleet.json", fleet)
            self._write(FOLDER / "sensors.json", sensors)
            self._write(FOLDER / f"day-{day.day.isoformat()}.json", day.document())
        elif options["out"]:
            self._write(options["out"], day.document())
        else:
            self._store(day, fleet, sensors)

    def _write(self, path: Path, document: Document) -> None:
        path.write_text(format_document(document), encoding="utf-8")
        self.stdout.write(f"{path}")

    def _store(self, day: Day, fleet: Document, sensors: Document) -> None:
        try:
            loads = seed_generated_day(
                day=day.document(), fleet=fleet, sensors=sensors, by=SYSTEM, at=timezone.now()
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{day.day}: {loads[Outcome.CREATED]} loads created, "
            f"{loads[Outcome.UNCHANGED]} were there, {len(day.vehicles)} vehicles"
        )
