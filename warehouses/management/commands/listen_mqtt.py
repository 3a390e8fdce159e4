"""`manage.py listen_mqtt`: takes what devices publish until it is told to stop."""

import signal
import socket
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from warehouses.gateway.client import Gateway, Options


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # they would load every page and the planner
    help = (
        "Take readings and events of spaces from the MQTT broker of MQTT_URL. A message is acknowledged to the broker "
        "only after its commit. Start several, each with its own --name, to share the load."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--name",
            default=f"luohe-{socket.gethostname()}",
            help="the same at each start, other than any other gateway's: the broker keeps a session by it",
        )
        parser.add_argument("--protocol", choices=["5", "3.1.1"], default="5")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MQTT_URL:
            msg = "MQTT_URL names no broker, such as mqtt://gateway:SECRET@127.0.0.1:1883."
            raise CommandError(msg)
        gateway = Gateway(
            Options(
                url=settings.MQTT_URL,
                client_id=options["name"],
                group=settings.MQTT_GROUP,
                is_mqtt5=options["protocol"] == "5",
            ),
            clock=timezone.now,
            say=self._say,
        )
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, lambda *_: gateway.stopping.set())
        gateway.run()
        self._say(f"stopped after {gateway.n_committed} messages")

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
