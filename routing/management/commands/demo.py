"""`manage.py demo`: one day of the park on the embedded default, from simulated sensors to a committed plan."""

import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console

from logistics import embedded
from logistics.doorbell import ring
from logistics.errors import DomainError
from logistics.processes import ServiceFailed
from logistics.scoping import Principal, Role
from routing import planning
from routing.day_scope import loads_in_scope
from routing.management.cold_lines import (
    WORDS,
    ColdFigures,
    cold_figures,
    show_cold,
    show_throughput,
)
from routing.management.terminal import (
    LANGUAGES,
    Words,
    day_argument,
    running,
    show_plan,
    show_rows,
)
from routing.management.watching import watch_worker
from routing.models import Plan, PlanStatus, Stop, StopKind
from routing.plan_report import count_violations
from warehouses import monitoring, simulation, throughput, verdicts
from warehouses.models import ColdSpace

BY = Principal(role=Role.SYSTEM, label="command:demo")
DAY = date(2026, 11, 24)
JUDGED_WITHIN_S = 90
LEAST_ASSIGNED_PERCENT = 98
"""Of the loads that an empty vehicle could carry."""


class Command(BaseCommand):
    help = (
        "Run the main job on the loaded fixtures: start the private broker, a Celery worker and beat, "
        "simulate a day of sensors, let the worker judge it and plan the day, and print what came out."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", type=day_argument, default=DAY)
        parser.add_argument("--seconds", type=int, default=20, help="time for the search")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--lang", choices=LANGUAGES, default="both", help="language of labels")

    def handle(self, *args: Any, **options: Any) -> None:
        width = None if self.stdout.isatty() else 160
        console = Console(file=cast("IO[str]", self.stdout), width=width)
        day, started = options["date"], time.monotonic()
        if not loads_in_scope(day).exists():
            msg = f"There are no loads on {day}. Run `manage.py load_fixtures` first (`make demo` does)."
            raise CommandError(msg)
        try:
            faults = self._run(console, Words(options["lang"], WORDS), options)
        except (embedded.AlreadyRunning, ServiceFailed, DomainError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            msg = "Stopped; broker and worker have been ended."
            raise CommandError(msg, returncode=130) from None
        if faults:
            msg = "The demo did not do its job: " + "; ".join(faults)
            raise CommandError(msg)
        console.print(f"{time.monotonic() - started:.0f} s", highlight=False)

    def _run(self, console: Console, words: Words, options: dict[str, Any]) -> list[str]:
        """Do the day and return what went wrong."""
        day, var_dir = options["date"], Path(settings.VAR_DIR)
        is_embedded = embedded.broker_url(var_dir=var_dir) == settings.CELERY_BROKER_URL
        with embedded.services(
            var_dir=var_dir, with_broker=is_embedded, with_beat=False
        ) as services:

            def look() -> None:
                for service in services.dead():
                    msg = f"{service.name} ended by itself; its log is {service.log}"
                    raise CommandError(msg)

            sent = self._sensors(console, words, day, options["seed"], look)
            cold = cold_figures()
            # Beat lives in the present; it starts when the simulated day has been judged at its end.
            services.start(embedded.beat(var_dir=var_dir))
            plan = self._plan(console, words, options, look)
        n_violations = count_violations(plan) if plan.figures else 0
        profile = throughput.hour_profile(on_date=day)
        if plan.figures:
            show_plan(console, words, plan, n_violations=n_violations)
        show_cold(console, words, cold)
        show_throughput(console, words, profile, day)
        show_rows(console, words("next"), [("make serve", "http://127.0.0.1:8000/")])
        return [
            *_plan_faults(plan, n_violations),
            *_cold_faults(cold, sent),
            *(
                []
                if any(one.total.n_pallets for one in profile)
                else ["no throughput at the docks"]
            ),
        ]

    def _sensors(
        self, console: Console, words: Words, day: date, seed: int, look: Callable[[], None]
    ) -> simulation.Simulated:
        """Send the day's readings and wait until the worker has judged them."""
        sent = simulation.simulate(on_date=day, seed=seed)
        stored = sent.stored
        console.print(
            f"{words('sensors')} {sent.n_sensors}  {words('batches')} {sent.n_batches}  "
            f"{words('readings')} {stored.n_new}  {words('twice')} {stored.n_duplicate}  "
            f"{words('conflicting')} {stored.n_conflicting}",
            highlight=False,
        )
        ring("warehouses.catch_up", at=sent.ends_at.isoformat())
        rung_at = time.monotonic()
        while monitoring.due(limit=1) or verdicts.due(limit=1):
            if time.monotonic() - rung_at > JUDGED_WITHIN_S:
                msg = f"The worker has not judged the sensors in {JUDGED_WITHIN_S} s."
                raise CommandError(msg)
            look()
            time.sleep(0.2)
        return sent

    def _plan(
        self, console: Console, words: Words, options: dict[str, Any], look: Callable[[], None]
    ) -> Plan:
        """Queue the plan for the worker and show its progress."""
        plan = planning.request_plan(
            day=options["date"],
            budget_s=options["seconds"],
            seed=options["seed"],
            by=BY,
            at=timezone.now(),
            may_commit_itself=True,
        )
        with running(console, words, budget_s=plan.budget_s) as curve:
            watch_worker(plan, curve, look=look)
        return plan


def _plan_faults(plan: Plan, n_violations: int) -> list[str]:
    """Return what a plan lacks that really is in force."""
    if plan.status != PlanStatus.COMMITTED:
        return [f"plan {plan.public_id} is {plan.status}: {plan.failure}"]
    loadings = Stop.objects.filter(trip__plan=plan, kind=StopKind.LOADING)
    n_loadings, booked = loadings.count(), loadings.filter(appointment__isnull=False).count()
    n_alone, n_of_them = plan.figures["alone"]["n_assignable"], plan.figures["alone"]["n_assigned"]
    checks = {
        f"{n_violations} violations": n_violations == 0,
        "no load is assigned": plan.n_assigned > 0,
        f"only {n_of_them} of {n_alone} assignable loads are assigned, "
        f"{LEAST_ASSIGNED_PERCENT} % are wanted": 100 * n_of_them
        >= LEAST_ASSIGNED_PERCENT * n_alone,
        "no worker solved it": plan.n_attempts > 0 and "/" in plan.holder,
        f"{booked} docks are booked for {n_loadings} loadings of {plan.n_trips} trips": (
            booked == n_loadings >= plan.n_trips
        ),
        "a load is left without a reason": plan.unassigned.count() == plan.n_unassigned,
    }
    return [fault for fault, is_fine in checks.items() if not is_fine]


def _cold_faults(cold: ColdFigures, sent: simulation.Simulated) -> list[str]:
    """Return what the judge ought to have found and did not."""
    found = {one.cold_space.code for one in cold.excursions}
    missed = [space for space in sent.broken_spaces if space not in found]
    quiet = [sensor for sensor in sent.silent_sensors if sensor not in cold.silent_sensors]
    checks = {
        f"the breakdown of {', '.join(missed)} was not found": not missed,
        f"the silence of {', '.join(quiet)} was not found": not quiet,
        "no shipment was judged": sum(cold.verdicts.values()) > 0,
        "some room was never judged": not ColdSpace.objects.filter(
            room__isnull=False, sensors__isnull=False, judged_to_at__isnull=True
        ).exists(),
    }
    return [fault for fault, is_fine in checks.items() if not is_fine]
