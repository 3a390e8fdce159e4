"""Certificates of sensors: dated offsets beside raw values that nobody overwrites."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from logistics.doorbell import ring
from logistics.errors import Fault, InvalidInput
from logistics.scoping import Principal
from warehouses import bulk_rows, streams
from warehouses.models import Calibration, ColdSpace, Sensor
from warehouses.models.intake import MOST_OFFSET_CENTI_C


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a laboratory states of a sensor over ``[from_at, to_at)``: add `offset_c` to what it says."""

    sensor: str
    number: str
    offset_c: float
    from_at: datetime
    to_at: datetime | None = None


def record(*, certificate: Certificate, by: Principal, at: datetime) -> Calibration:
    """Keep a certificate and judge its sensor's space anew from its start; raises InvalidInput.

    The periods of a sensor's certificates do not overlap; one that was open ends where the next begins.
    """
    offset_centi_c = streams.centi(certificate.offset_c)
    if abs(offset_centi_c) > MOST_OFFSET_CENTI_C:
        _refuse("offset_c", "impossible_value", "an offset beyond ±10 °C is a broken sensor")
    if certificate.to_at is not None and certificate.to_at <= certificate.from_at:
        _refuse("to_at", "ends_before_start", "the certificate ends before it begins")
    with transaction.atomic():
        seen = Sensor.objects.visible_to(by).filter(code=certificate.sensor).first()
        if seen is None:
            detail = f"no sensor {certificate.sensor[:64]!r} that you may write is known"
            raise InvalidInput(detail, [Fault("/sensor", "unknown_sensor", detail)])
        space = ColdSpace.objects.select_for_update().get(pk=seen.cold_space_id)
        _make_room(seen, certificate)
        made = Calibration.objects.create(
            sensor=seen,
            certificate=certificate.number[:80],
            offset_centi_c=offset_centi_c,
            from_at=certificate.from_at,
            to_at=certificate.to_at,
            recorded_by=by.label[:80],
            recorded_at=at,
        )
        _date_sensor(seen)
        streams.mark_dirty(space, certificate.from_at)
        bulk_rows.update([space], ["version", "dirty_from_at"])
        ring("warehouses.evaluate_due")
    return made


def _make_room(sensor: Sensor, certificate: Certificate) -> None:
    """End the open certificate before this one, and refuse one whose period overlaps another."""
    earlier = Calibration.objects.filter(sensor=sensor, from_at__lt=certificate.from_at)
    earlier.filter(to_at__isnull=True).update(to_at=certificate.from_at)
    after_start = Q(to_at__isnull=True) | Q(to_at__gt=certificate.from_at)
    before_end = Q() if certificate.to_at is None else Q(from_at__lt=certificate.to_at)
    if Calibration.objects.filter(after_start & before_end, sensor=sensor).exists():
        _refuse("from_at", "overlapping", "another certificate covers a part of this period")


def _date_sensor(sensor: Sensor) -> None:
    latest = Calibration.objects.filter(sensor=sensor).order_by("-from_at").first()
    if latest is not None:
        Sensor.objects.filter(pk=sensor.pk).update(
            calibrated_date=latest.from_at.date(),
            calibration_due_date=latest.to_at.date() if latest.to_at else None,
        )


def _refuse(field: str, code: str, detail: str) -> None:
    raise InvalidInput(detail, [Fault(f"/{field}", code, detail)])
