"""Writes the park of a fault run into its database: `python -m tests.faults.park N_SPACES`, a process of its own.

It prints as JSON what the devices need to sign in. Every space is a vehicle's, so its keeper's people are
called; every device holds its own spaces, each with one sensor, and alternately speaks REST and MQTT.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import django

N_DEVICES = 6
# Old readings come in fast; that their sensors then rest is no silence of this run.
NEVER_SILENT_S = 30 * 24 * 3600


def write(n_spaces: int) -> list[dict[str, Any]]:
    """Write keeper, person, devices, spaces and sensors; return serial, credential and sensors of each device."""
    from logistics.clients import create_client  # noqa: PLC0415 - Django must be set up first
    from logistics.models import Membership, Organization, User  # noqa: PLC0415
    from logistics.scoping import Role  # noqa: PLC0415
    from warehouses.models import ColdSpace, Device, Sensor  # noqa: PLC0415

    keeper = Organization.objects.create(code="keeper", name_zh="车队", name_en="Fleet")
    person = User.objects.create_user("kim", "kim@example.invalid", "a-long-test-password")
    Membership.objects.create(
        user=person,
        organization=keeper,
        role=Role.CARRIER,
        from_at=datetime.now(UTC) - timedelta(days=30),
    )
    told = []
    for number in range(N_DEVICES):
        made = create_client(organization_code="keeper", role=Role.DEVICE, name=f"d{number}")
        device = Device.objects.create(serial=f"d{number}", owner=keeper, client=made.machine)
        codes = [f"d{number}-s{place}" for place in range(number, n_spaces, N_DEVICES)]
        spaces = ColdSpace.objects.bulk_create(
            ColdSpace(
                code=code,
                name_zh=code,
                name_en=code,
                keeper=keeper,
                temperature_class="frozen",
                is_vehicle=True,
            )
            for code in codes
        )
        Sensor.objects.bulk_create(
            Sensor(code=code, device=device, cold_space=space, interval_s=NEVER_SILENT_S)
            for code, space in zip(codes, spaces, strict=True)
        )
        told.append(
            {
                "serial": device.serial,
                "client_id": made.client_id,
                "client_secret": made.client_secret,
                "sensors": codes,
            }
        )
    return told


if __name__ == "__main__":
    django.setup()
    print(json.dumps(write(int(sys.argv[1]))))  # noqa: T201 - the answer to who started us
