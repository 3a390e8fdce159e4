"""Devices with credentials and sensors for the benchmarks of the doors, and what they send."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Sender:
    """One device: its serial number, a bearer token, and its sensors' codes."""

    serial: str
    token: str
    codes: tuple[str, ...]


def make_senders(n_devices: int, n_sensors: int) -> list[Sender]:
    """Make devices of one keeper, each with its own credential, two sensors a room; needs an empty database."""
    from logistics.models import Organization  # noqa: PLC0415 - after setup()
    from warehouses.models import ColdSpace, Device, Sensor  # noqa: PLC0415

    keeper = Organization.objects.create(code="bench", name_zh="bench", name_en="bench")
    senders = []
    for number in range(n_devices):
        serial = f"bench-{number:03}"
        client, token = _credential(keeper.code, serial)
        device = Device.objects.create(serial=serial, owner=keeper, client=client)
        spaces = ColdSpace.objects.bulk_create(
            ColdSpace(
                code=f"{serial}-{n}",
                name_zh="b",
                name_en="b",
                keeper=keeper,
                temperature_class="frozen",
            )
            for n in range((n_sensors + 1) // 2)
        )
        codes = tuple(f"{serial}-s{n:02}" for n in range(n_sensors))
        Sensor.objects.bulk_create(
            Sensor(code=code, device=device, cold_space=spaces[n // 2], interval_s=60)
            for n, code in enumerate(codes)
        )
        senders.append(Sender(serial, token, codes))
    return senders


def _credential(organization: str, name: str) -> tuple[Any, str]:
    from oauth2_provider.models import AccessToken  # noqa: PLC0415 - after setup()

    from logistics.clients import create_client  # noqa: PLC0415
    from logistics.scoping import Role  # noqa: PLC0415

    made = create_client(organization_code=organization, role=Role.DEVICE, name=name)
    AccessToken.objects.create(
        token=made.client_secret,
        application=made.machine.application,
        scope=made.machine.scopes,
        expires=datetime(2100, 1, 1, tzinfo=UTC),
    )
    return made.machine, made.client_secret


def batches(
    sender: Sender, n_minutes: int, seed: int, began_s: int
) -> Iterator[list[dict[str, Any]]]:
    """Yield rows of all sensors of a device from `began_s` (Unix time) on, some minutes at a time, without end."""
    numbers = np.random.default_rng(seed)
    at = datetime.fromtimestamp(began_s, UTC)
    while True:
        times = [(at + timedelta(minutes=k)).isoformat() for k in range(n_minutes)]
        value_c = np.round(-20 + 0.35 * numbers.standard_normal((n_minutes, len(sender.codes))), 2)
        yield [
            {"sensor": code, "measured_at": time, "value_c": value}
            for time, values in zip(times, value_c.tolist(), strict=True)
            for code, value in zip(sender.codes, values, strict=True)
        ]
        at += timedelta(minutes=n_minutes)


def packed(rows: Any) -> bytes:
    """Return what stands on the wire."""
    return json.dumps(rows, separators=(",", ":")).encode()
