"""Give a device the credential that it signs in with, and show it once."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from logistics.clients import create_client
from logistics.errors import InvalidInput
from logistics.scoping import Role
from warehouses.gateway.passwords import UnusableName, write_password
from warehouses.models import Device


class Command(BaseCommand):
    help = "Bind a device to a new OAuth2 client, which may append readings of its sensors only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("serial", help="the device's serial number")
        parser.add_argument(
            "--mosquitto",
            type=Path,
            metavar="FILE",
            help="also put the secret, hashed, into this password file of the MQTT broker",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        device = Device.objects.select_related("owner").filter(serial=options["serial"]).first()
        if device is None:
            msg = f"There is no device with the serial number {options['serial']!r}."
            raise CommandError(msg)
        try:
            with transaction.atomic():
                made = create_client(
                    organization_code=device.owner.code, role=Role.DEVICE, name=device.serial
                )
                # An older client of this device loses its sensors with this binding.
                Device.objects.filter(pk=device.pk).update(client=made.machine)
        except InvalidInput as refusal:
            raise CommandError(str(refusal)) from refusal
        self._let_in(device, made.client_secret, options["mosquitto"])
        self.stdout.write(f"client_id:     {made.client_id}")
        self.stdout.write(f"client_secret: {made.client_secret}")
        self.stderr.write("The secret is not shown again.")

    def _let_in(self, device: Device, secret: str, path: Path | None) -> None:
        """Let the device into the broker by the same secret."""
        if path is None:
            return
        try:
            write_password(path, user=device.serial, secret=secret)
        except (UnusableName, OSError) as error:
            msg = f"{path}: {error}"
            raise CommandError(msg) from error
        self.stdout.write(f"MQTT user:     {device.serial}, with the same secret")
