"""`manage.py load_fixtures`: the park, its parties, its fleet and a day of loads into the database."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from logistics.demo_accounts import demo_password, make_machines, make_people
from logistics.fixture_files import FOLDER, read_document
from logistics.scoping import SYSTEM
from routing.management.terminal import day_argument
from routing.seeding import DOCUMENTS, Seeded, seed_all


class Command(BaseCommand):
    help = "Load the fixtures: organizations, sites, park, fleet, sensors and a day of loads. Safe to run twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--date",
            type=day_argument,
            default=date(2026, 11, 24),
            help="day whose loads to load (default 2026-11-24)",
        )
        parser.add_argument("--no-day", action="store_true", help="load everything but the loads")
        parser.add_argument(
            "--users", action="store_true", help="make one demo user for each role (DEMO_PASSWORD)"
        )
        parser.add_argument(
            "--clients", action="store_true", help="make an OAuth2 client for each carrier"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        day = None if options["no_day"] else self._day(options["date"])
        documents = {name: read_document(f"{name}.json") for name in DOCUMENTS}
        self._report(seed_all(documents=documents, day=day, by=SYSTEM, at=at))
        if options["users"]:
            password = demo_password()
            for person in make_people(password=password, at=at):
                state = f"password {password}" if person.is_new else "was there, kept its password"
                self.stdout.write(f"user {person.username} ({person.role}): {state}")
        if options["clients"]:
            for machine in make_machines(at=at):
                self.stdout.write(
                    f"client of {machine.organization}: id {machine.client_id}, "
                    f"secret {machine.client_secret} (shown once)"
                )

    def _day(self, day: date) -> dict[str, Any]:
        name = f"day-{day.isoformat()}.json"
        if not (FOLDER / name).is_file():
            msg = (
                f"fixtures/{name} does not exist. Make one with "
                f"`manage.py generate_day --date {day} --loads 320 --vehicles 104 --seed 1`."
            )
            raise CommandError(msg)
        return read_document(name)

    def _report(self, seeded: Seeded) -> None:
        self.stdout.write(
            f"{seeded.n_organizations} organizations, {seeded.n_sites} sites, "
            f"{seeded.n_products} products, {seeded.n_contracts} contracts, "
            f"{seeded.n_rooms} rooms, {seeded.n_vehicles} vehicles, {seeded.n_sensors} sensors"
        )
        loads = ", ".join(f"{n} {outcome}" for outcome, n in seeded.loads.items() if n)
        if loads:
            self.stdout.write(f"loads: {loads}")
