"""EPCIS 2.0 sensor events to readings and back; pure. Source: gs1/EPCIS JSON schema, and its test TCR-53."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from logistics.errors import Fault

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
SENSOR_URN = "urn:luohe:sensor:"
TEMPERATURES = frozenset({"Temperature", "gs1:Temperature"})
HUMIDITIES = frozenset({"RelativeHumidity", "gs1:RelativeHumidity"})
PERCENT = "P1"
KELVIN_AT_0_C = 273.15
# Attributes that metadata and report both know; TCR-53: one of them may say it, not both.
SHARED = (
    "time",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "bizRules",
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One reading of an event: where it stands in the document, its sensor's code, when, what."""

    pointer: str
    sensor: str
    at: datetime
    value_c: float
    humidity_pct: float | None = None


@dataclass(slots=True)
class Read:
    """What an event holds: readings, how many reports are no reading of ours, and what is wrong."""

    measured: list[Measured] = field(default_factory=list)
    n_ignored: int = 0
    faults: list[Fault] = field(default_factory=list)

    def fault(self, pointer: str, code: str, detail: str) -> None:
        """Note what is wrong at a place."""
        self.faults.append(Fault(pointer, code, detail))


@dataclass(frozen=True, slots=True)
class _Report:
    pointer: str
    kind: str
    sensor: str
    at: datetime
    value: float
    uom: str


def events_of(document: Any) -> list[tuple[str, Any]]:
    """Return the events of an EPCIS document, or the one event that it is, each with its pointer.

    Raises
    ------
    ValueError
        If it is neither.
    """
    if isinstance(document, Mapping) and document.get("type") == "EPCISDocument":
        body = document.get("epcisBody")
        events = body.get("eventList") if isinstance(body, Mapping) else None
        if not isinstance(events, list):
            msg = "an EPCISDocument has its events in epcisBody.eventList"
            raise ValueError(msg)
        return [(f"/epcisBody/eventList/{number}", event) for number, event in enumerate(events)]
    if isinstance(document, Mapping) and str(document.get("type", "")).endswith("Event"):
        return [("", document)]
    msg = "this is neither an EPCISDocument nor one of its events"
    raise ValueError(msg)


def read_event(event: Any, pointer: str) -> Read:
    """Read the sensor elements of one event; reports that are no plain temperature or humidity are counted only."""
    read = Read()
    if not isinstance(event, Mapping) or not isinstance(event.get("sensorElementList", []), list):
        read.fault(
            pointer or "/", "malformed_event", "an event is an object; sensorElementList a list"
        )
        return read
    if "errorDeclaration" in event:
        detail = "raw readings are never taken back; declare corrections beside them"
        read.fault(f"{pointer}/errorDeclaration", "error_declaration", detail)
        return read
    event_time = _moment(event.get("eventTime"))
    if event_time is None:
        read.fault(f"{pointer}/eventTime", "invalid_value", "the event has no time with an offset")
        return read
    reports: list[_Report] = []
    for number, element in enumerate(event.get("sensorElementList", [])):
        place = f"{pointer}/sensorElementList/{number}"
        reports += _reports(element, place, event_time, read)
    _join(reports, read)
    return read


def _reports(element: Any, place: str, event_time: datetime, read: Read) -> Iterator[_Report]:
    metadata = element.get("sensorMetadata", {}) if isinstance(element, Mapping) else None
    reports = element.get("sensorReport") if isinstance(element, Mapping) else None
    if not isinstance(metadata, Mapping) or not isinstance(reports, list) or not reports:
        read.fault(place, "malformed_event", "a sensor element has a sensorReport of one or more")
        return
    for number, report in enumerate(reports):
        pointer = f"{place}/sensorReport/{number}"
        if not isinstance(report, Mapping):
            read.fault(pointer, "malformed_event", "a report is an object")
            continue
        if twice := [name for name in SHARED if name in metadata and name in report]:
            detail = f"{twice[0]} stands in sensorMetadata too; one of them may say it"
            read.fault(f"{pointer}/{twice[0]}", "said_twice", detail)
            continue
        if found := _report({**metadata, **report}, pointer, event_time, read):
            yield found


def _report(said: Mapping[str, Any], pointer: str, event_time: datetime, read: Read) -> Any:
    """Return a temperature or humidity with sensor, time and unit; None after noting why not."""
    kind = said.get("type")
    if kind not in TEMPERATURES | HUMIDITIES or "value" not in said:
        read.n_ignored += 1  # a pressure, or a minimum over a period: true, but no reading
        return None
    value, at = said["value"], _moment(said["time"]) if "time" in said else event_time
    device = said.get("deviceID")
    uom = str(said.get("uom", ""))
    units = {"CEL", "FAH", "KEL"} if kind in TEMPERATURES else {PERCENT}
    wrong = {
        "value": isinstance(value, bool) or not isinstance(value, int | float),
        "time": at is None,
        "deviceID": not isinstance(device, str) or not sensor_code(device),
        "uom": uom not in units,
    }
    names = [name for name, is_wrong in wrong.items() if is_wrong]
    for name in names:
        detail = (
            f"uom is one of {', '.join(sorted(units))}" if name == "uom" else f"no usable {name}"
        )
        read.fault(f"{pointer}/{name}", "invalid_value", detail)
    if names or at is None:
        return None
    return _Report(pointer, str(kind), sensor_code(str(device)), at, float(value), uom)


def _join(reports: Iterable[_Report], read: Read) -> None:
    """Put a humidity to the temperature of the same sensor and time; alone it is no reading of ours."""
    humidity: dict[tuple[str, datetime], float] = {}
    temperatures: list[_Report] = []
    for report in reports:
        if report.kind in HUMIDITIES:
            humidity[(report.sensor, report.at)] = report.value
        else:
            temperatures.append(report)
    for report in temperatures:
        key = (report.sensor, report.at)
        value_c = celsius(report.value, report.uom)
        read.measured.append(
            Measured(report.pointer, report.sensor, report.at, value_c, humidity.get(key))
        )
    read.n_ignored += len(humidity.keys() - {(one.sensor, one.at) for one in temperatures})


def celsius(value: float, uom: str) -> float:
    """Return a temperature in °C from its UN/ECE unit."""
    if uom == "KEL":
        return value - KELVIN_AT_0_C
    return (value - 32) * 5 / 9 if uom == "FAH" else value


def sensor_code(device_id: str) -> str:
    """Return the last part of a deviceID, which is the sensor's code: urn:luohe:sensor:w1-r1-s1, https://…/w1-r1-s1."""
    return device_id.replace("/", ":").rpartition(":")[2]


def _moment(text: Any) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
        at.timestamp()
    except (ValueError, OverflowError):
        return None
    return at if at.tzinfo else None


def event_of(measured: Sequence[Measured], *, event_id: str, read_point: str) -> dict[str, Any]:
    """Return the sensor event of readings in their order; `read_event` gives the same readings back.

    Raises
    ------
    ValueError
        If there are no readings.
    """
    if not measured:
        msg = "an event without readings says nothing"
        raise ValueError(msg)
    elements: dict[str, list[dict[str, Any]]] = {}
    for one in measured:
        at = one.at.isoformat()
        reports = elements.setdefault(one.sensor, [])
        reports.append({"type": "Temperature", "time": at, "value": one.value_c, "uom": "CEL"})
        if one.humidity_pct is not None:
            humid = {"type": "RelativeHumidity", "value": one.humidity_pct, "uom": PERCENT}
            reports.append(humid | {"time": at})
    last_at = max(one.at for one in measured)
    offset = last_at.isoformat()[-6:]
    return {
        "type": "ObjectEvent",
        "eventID": event_id,
        "eventTime": last_at.isoformat(),
        "eventTimeZoneOffset": offset,
        "epcList": [],
        "action": "OBSERVE",
        "bizStep": "sensor_reporting",
        "readPoint": {"id": read_point},
        "sensorElementList": [
            {"sensorMetadata": {"deviceID": f"{SENSOR_URN}{code}"}, "sensorReport": reports}
            for code, reports in elements.items()
        ],
    }


def document_of(events: Sequence[Mapping[str, Any]], *, created_at: datetime) -> dict[str, Any]:
    """Return events as a document."""
    return {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": created_at.isoformat(),
        "epcisBody": {"eventList": list(events)},
    }
