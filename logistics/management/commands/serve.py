"""`manage.py serve`: the whole product as one process group until Ctrl-C."""

import os
import signal
import time
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from logistics import demo_accounts, embedded
from logistics.processes import ServiceFailed


class Command(BaseCommand):
    help = (
        "Run the web pages, the API, a Celery worker and beat as one process group; "
        "and the broker too, unless CELERY_BROKER_URL names another one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port", type=int, default=8000, help="port on 127.0.0.1 (default 8000)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _interrupt)  # a service manager's stop is as clean as Ctrl-C
        # The children read it: links and problem types must lead to the port that answers.
        os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{options['port']}")
        var_dir = Path(settings.VAR_DIR)
        is_embedded = embedded.broker_url(var_dir=var_dir) == settings.CELERY_BROKER_URL
        try:
            with embedded.services(
                var_dir=var_dir, with_broker=is_embedded, web_port=options["port"]
            ) as services:
                self.stdout.write(f"http://127.0.0.1:{options['port']}/")
                if settings.DEMO_PASSWORD:
                    names = ", ".join(name for name, _, _ in demo_accounts.PEOPLE)
                    self.stdout.write(f"sign in as {names}; password {settings.DEMO_PASSWORD}")
                self.stdout.write(f"Ctrl-C stops everything; logs are in {var_dir / 'log'}")
                self.stdout.flush()
                self._watch(services)
        except KeyboardInterrupt:
            self.stdout.write("stopped")
        except (embedded.AlreadyRunning, ServiceFailed) as error:
            raise CommandError(str(error)) from error

    def _watch(self, services: embedded.Services) -> None:
        while True:
            for service in services.dead():
                self.stderr.write(
                    f"{service.name} ended by itself; starting it again (its log: {service.log})"
                )
                services.revive(service)
            time.sleep(0.5)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
