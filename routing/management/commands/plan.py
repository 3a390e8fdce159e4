"""`manage.py plan`: a day's loads onto vehicles, checked, stored and committed, here or by a worker."""

import json
import os
import socket
import uuid
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console

from logistics.errors import DomainError
from logistics.scoping import Principal, Role
from routing import planning
from routing.management.stopping import stoppable
from routing.management.terminal import (
    LANGUAGES,
    Words,
    day_argument,
    missing_classes,
    running,
    show_plan,
    show_reasons,
    yuan,
)
from routing.management.watching import watch_worker
from routing.models import Plan, PlanStatus
from routing.plan_leases import Watch
from routing.plan_report import report_of

BY = Principal(role=Role.SYSTEM, label="command:plan")


class Command(BaseCommand):
    help = (
        "Plan a day: assign its loads to vehicles, check the plan, store it and put it into force. "
        "Ctrl-C ends the search and keeps the best plan so far; a second one gives up."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--date", type=day_argument, required=True, help="day to plan, e.g. 2026-11-24"
        )
        parser.add_argument(
            "--seconds",
            type=int,
            default=settings.PLAN_SECONDS,
            help=f"time for the search (default {settings.PLAN_SECONDS}, PLAN_SECONDS)",
        )
        parser.add_argument("--seed", type=int, default=0, help="same seed, same search")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the result here")
        parser.add_argument(
            "--no-commit", action="store_true", help="store the plan, do not put it into force"
        )
        parser.add_argument(
            "--queue", action="store_true", help="let a Celery worker solve it, and watch"
        )
        parser.add_argument("--lang", choices=LANGUAGES, default="both", help="language of labels")

    def handle(self, *args: Any, **options: Any) -> None:
        # A width of its own where output is a file: lines must not be broken at 80 columns.
        width = None if self.stdout.isatty() else 160
        console = Console(file=cast("IO[str]", self.stdout), width=width)
        words = Words(options["lang"])
        _refuse_unwritable(options["json"])
        plan = self._request(options)
        try:
            with running(console, words, budget_s=plan.budget_s) as curve:
                (watch_worker if options["queue"] else _solve_here)(plan, curve)
        except KeyboardInterrupt:
            plan.refresh_from_db()
            msg = f"Given up; plan {plan.public_id} is {plan.status}. The last committed plan stays in force."
            raise CommandError(msg, returncode=130) from None
        plan.refresh_from_db()
        self._tell(console, words, plan, options)

    def _request(self, options: dict[str, Any]) -> Plan:
        try:
            return planning.request_plan(
                day=options["date"],
                budget_s=options["seconds"],
                seed=options["seed"],
                by=BY,
                at=timezone.now(),
                may_commit_itself=not options["no_commit"],
                is_rung=options["queue"],
            )
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal

    def _tell(self, console: Console, words: Words, plan: Plan, options: dict[str, Any]) -> None:
        if not plan.figures:
            msg = f"Plan {plan.public_id} {plan.status}: {plan.failure or 'nothing was stored.'}"
            raise CommandError(msg)
        report = report_of(plan)
        if options["json"]:
            content = json.dumps(asdict(report), ensure_ascii=False, indent=1, default=str)
            options["json"].write_text(content + "\n", encoding="utf-8")
        if plan.status == PlanStatus.INFEASIBLE:
            show_reasons(console, words, plan)
        else:
            show_plan(console, words, plan, n_violations=report.violations)
        advice = missing_classes(plan)
        if advice:
            self.stderr.write(advice)
        wanted = PlanStatus.SOLVED if options["no_commit"] else PlanStatus.COMMITTED
        if plan.status != wanted or report.violations:
            reason = plan.failure or f"the stored plan breaks {report.violations} rules"
            msg = f"Plan {plan.public_id} is {plan.status}, not {wanted}: {reason}"
            raise CommandError(msg)
        console.print(f"{plan.public_id} {plan.status}, {yuan(plan.cost_fen)}", highlight=False)


def _refuse_unwritable(path: Path | None) -> None:
    if path is not None and (path.is_dir() or not os.access(path.parent, os.W_OK)):
        msg = f"--json: {path} cannot be written; name a file in a folder that exists."
        raise CommandError(msg)


def _solve_here(plan: Plan, curve: Any) -> None:
    holder = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4()}"
    with stoppable() as stop:
        planning.solve_plan(
            plan_id=plan.pk,
            holder=holder,
            now=timezone.now,
            watch=Watch(on_progress=curve, should_stop=lambda: stop.is_wanted),
        )
