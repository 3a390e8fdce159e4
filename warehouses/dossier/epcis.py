"""Owns the EPCIS 2.0 document of a dossier: where the goods were, what the sensors summed up, what went wrong.

Computed from facts and stretches alone, so `verifying` can write it again. Source: gs1/EPCIS JSON schema and CBV 2.0.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from warehouses.compliance.readings import Readings
from warehouses.dossier.papers import Facts, SensorPaper
from warehouses.dossier.statement import Stretch
from warehouses.epcis_sensors import CONTEXT, SENSOR_URN

DOCUMENT = "epcis.json"
_UTC = "+00:00"


def document(facts: Facts, found: Sequence[Stretch]) -> dict[str, Any]:
    """Return the events of a shipment in the order of their times."""
    events = [*_moves(facts, found), *_summaries(facts, found), *_alarms(facts, found)]
    ordered = sorted(events, key=lambda event: (event["eventTime"], event["eventID"]))
    return {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": _moment(facts.made_s),
        "epcisBody": {"eventList": ordered},
    }


def _moment(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat()


def _event(facts: Facts, at_s: int, name: str, step: str, space: str) -> dict[str, Any]:
    subject = facts.subject
    event_id = uuid5(NAMESPACE_URL, f"luohe:{subject.id}:{name}:{space}:{at_s}")
    units = [f"https://id.gs1.org/00/{sscc}" for sscc in subject.units]
    return {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:{event_id}",
        "eventTime": _moment(at_s),
        "eventTimeZoneOffset": _UTC,
        "epcList": units or [f"urn:luohe:shipment:{subject.id}"],
        "action": "OBSERVE",
        "bizStep": step,
        "readPoint": {"id": f"urn:luohe:space:{space}"},
        "bizTransactionList": [
            {"type": "bol", "bizTransaction": f"urn:luohe:waybill:{subject.id}"}
        ],
    }


def _moves(facts: Facts, found: Sequence[Stretch]) -> Iterator[dict[str, Any]]:
    """Put away into rooms, loaded into vehicles, accepted where the last stay ended."""
    for one in found:
        step = "loading" if one.space.is_vehicle else "storing"
        event = _event(facts, one.stay.from_s, "in", step, one.space.id)
        yield event | {"bizLocation": {"id": f"urn:luohe:space:{one.space.id}"}}
    if found and not found[-1].stay.is_open:
        last = found[-1]
        step = "unloading" if last.space.is_vehicle else "staging_outbound"
        yield _event(facts, last.stay.to_s, "out", step, last.space.id)


def _summaries(facts: Facts, found: Sequence[Stretch]) -> Iterator[dict[str, Any]]:
    """Sum every stay up, sensor by sensor: least, most and mean of its readings."""
    for one in found:
        elements = [
            _element(sensor, inside, one)
            for sensor, readings in one.sensors
            if len(inside := readings.between(one.stay.from_s, one.stay.to_s))
        ]
        if elements:
            event = _event(facts, one.stay.to_s, "summary", "sensor_reporting", one.space.id)
            yield event | {"sensorElementList": elements}


def _element(sensor: SensorPaper, inside: Readings, one: Stretch) -> dict[str, Any]:
    values = inside.value_centi_c
    return {
        "sensorMetadata": {
            "deviceID": f"{SENSOR_URN}{sensor.code}",
            "startTime": _moment(one.stay.from_s),
            "endTime": _moment(one.stay.to_s),
        },
        "sensorReport": [
            {
                "type": "Temperature",
                "minValue": int(values.min()) / 100,
                "maxValue": int(values.max()) / 100,
                "meanValue": round(int(values.sum()) / len(inside) / 100, 2),
                "uom": "CEL",
            }
        ],
    }


def _alarms(facts: Facts, found: Sequence[Stretch]) -> Iterator[dict[str, Any]]:
    """Report what each stay shared of an excursion."""
    for one in found:
        shared = (e for e in one.air.excursions if e.overlaps(one.stay.from_s, one.stay.to_s))
        for finding, whole in zip(one.share.stay.findings, shared, strict=True):
            event = _event(facts, finding.from_s, "alarm", "sensor_reporting", one.space.id)
            report = {
                "type": "Temperature",
                "exception": "ALARM_CONDITION",
                "minValue": whole.lowest_centi_c / 100,
                "maxValue": whole.highest_centi_c / 100,
                "uom": "CEL",
            }
            span = {"startTime": _moment(finding.from_s), "endTime": _moment(finding.to_s)}
            yield event | {
                "disposition": "non_conformant",
                "sensorElementList": [{"sensorMetadata": span, "sensorReport": [report]}],
            }
