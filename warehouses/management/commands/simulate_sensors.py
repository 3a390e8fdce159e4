"""`manage.py simulate_sensors`: a seeded day of readings of every sensor, through the one way in."""

from argparse import ArgumentParser
from datetime import date
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from logistics.doorbell import ring
from warehouses import judging, simulation


class Command(BaseCommand):
    help = (
        "Send a day of made-up readings of all sensors: doors, defrosts, breakdowns, silence, "
        "late, repeated and contradicting batches. The same seed sends the same day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", required=True, help="the day, such as 2026-11-24")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--breakdowns", type=int, default=1, help="how many rooms break down")
        parser.add_argument("--silent", type=int, default=1, help="how many sensors fall silent")
        parser.add_argument(
            "--judge",
            action="store_true",
            help="judge the day here instead of waking the worker",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            on_date = date.fromisoformat(options["date"])
        except ValueError as error:
            msg = f"--date: {options['date']!r} is no date such as 2026-11-24."
            raise CommandError(msg) from error
        for name in ("seed", "breakdowns", "silent"):
            if options[name] < 0:
                msg = f"--{name}: {options[name]} is below zero."
                raise CommandError(msg)
        started_s = monotonic()
        done = simulation.simulate(
            on_date=on_date,
            seed=options["seed"],
            n_breakdowns=options["breakdowns"],
            n_silent=options["silent"],
        )
        if not done.n_sensors:
            msg = "There are no sensors; `manage.py load_fixtures` brings them."
            raise CommandError(msg)
        stored = done.stored
        self.stdout.write(
            f"{done.n_sensors} sensors, {done.n_batches} batches in {monotonic() - started_s:.1f} s: "
            f"{stored.n_new} new, {stored.n_duplicate} duplicate, "
            f"{stored.n_conflicting} conflicting, {len(stored.rejected)} rejected readings; "
            f"{done.n_space_events} new space events"
        )
        self.stdout.write(
            f"broken down: {', '.join(done.broken_spaces) or '-'}; "
            f"silent: {', '.join(done.silent_sensors) or '-'}; "
            f"contradicting: {', '.join(done.contradicting_sensors) or '-'}"
        )
        if options["judge"]:
            self._judge(done)
        else:
            ring("warehouses.catch_up", at=done.ends_at.isoformat())

    def _judge(self, done: simulation.Simulated) -> None:
        found = judging.catch_up(at=done.ends_at)
        self.stdout.write(
            f"{found.n_silent} sensors newly silent; {found.evaluated.n_judged} spaces judged, "
            f"{found.evaluated.n_opened} excursions new, {found.evaluated.n_changed} changed; "
            f"shipments: {found.judged.n_compliant} compliant, {found.judged.n_breached} breached, "
            f"{found.judged.n_not_proven} not proven"
        )
