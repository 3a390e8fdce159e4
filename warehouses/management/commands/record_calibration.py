"""`manage.py record_calibration SENSOR`: a certificate's dated offset, beside raw values."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from logistics.errors import InvalidInput
from logistics.scoping import SYSTEM
from warehouses.calibrations import Certificate, record


def moment(text: str) -> datetime:
    """Read a time; one without an offset is by the park's clock."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else timezone.make_aware(at)


class Command(BaseCommand):
    help = "Keep a sensor's certificate: what to add to its readings, from when to when."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sensor", help="the sensor's code")
        parser.add_argument("--certificate", required=True, help="the certificate's number")
        parser.add_argument("--offset-c", type=float, required=True, help="°C to add")
        parser.add_argument("--from", dest="from_at", type=moment, required=True)
        parser.add_argument("--to", dest="to_at", type=moment, default=None)

    def handle(self, *args: Any, **options: Any) -> None:
        certificate = Certificate(
            sensor=options["sensor"],
            number=options["certificate"],
            offset_c=options["offset_c"],
            from_at=options["from_at"],
            to_at=options["to_at"],
        )
        try:
            made = record(certificate=certificate, by=SYSTEM, at=timezone.now())
        except InvalidInput as why:
            raise CommandError(why.detail) from why
        self.stdout.write(f"{made.certificate}: {made.offset_centi_c / 100:+.2f} °C")
