"""EPCIS sensor events become readings and give the same readings back; what is said twice is refused."""

import copy
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.errors import InvalidInput
from logistics.scoping import SYSTEM, Principal, Role
from tests.warehouses.conftest import ColdStore, minute
from warehouses.epcis_capture import Captured, capture
from warehouses.epcis_sensors import Measured, document_of, event_of, read_event
from warehouses.models import CapturedEvent, Reading, ReadingFlag

NOON = minute(12 * 60)
CHINA = timezone(timedelta(hours=8))
READ_POINT = "urn:epc:id:sgln:6291041.50021.room-1"
VALUES = st.integers(-4_000, 6_000).map(lambda centi: centi / 100)
MEASURED = st.builds(
    Measured,
    pointer=st.just(""),
    sensor=st.sampled_from(["f1", "f2", "c1"]),
    at=st.integers(0, 600).map(lambda number: minute(number).astimezone(CHINA)),
    value_c=VALUES,
    humidity_pct=st.none() | st.integers(0, 1000).map(lambda tenth: tenth / 10),
)
HISTORIES = st.lists(MEASURED, min_size=1, max_size=20, unique_by=lambda one: (one.sensor, one.at))


def event(*measured: Measured, number: int = 1) -> dict[str, Any]:
    return event_of(measured, event_id=f"urn:uuid:{number:08}", read_point=READ_POINT)


def of(sensor: str, at_min: int, value_c: float, humidity: float | None = None) -> Measured:
    return Measured("", sensor, minute(at_min), value_c, humidity)


def send(document: Any, by: Principal = SYSTEM) -> Captured:
    return capture(document=document, by=by, at=NOON)


def faults(document: Any, by: Principal = SYSTEM) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        send(document, by)
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


@given(HISTORIES)
def test_an_event_gives_the_same_readings_back(history: list[Measured]) -> None:
    read = read_event(event(*history), "")
    assert read.faults == []
    back = {(one.sensor, one.at): (one.value_c, one.humidity_pct) for one in read.measured}
    assert back == {(one.sensor, one.at): (one.value_c, one.humidity_pct) for one in history}


def test_captured_events_are_stored_as_told_and_marked(cold: ColdStore) -> None:
    rows = [of("f1", 0, -20.25, 81.5), of("f1", 5, -19.99), of("c1", 0, 4.1)]
    done = send(document_of([event(*rows)], created_at=NOON))
    assert (done.n_events, done.stored.n_new) == (1, 3)
    stored = Reading.objects.order_by("sensor__code", "measured_at").values_list(
        "sensor__code", "measured_at", "centi_c", "humidity_permille"
    )
    assert list(stored) == [
        ("c1", minute(0), 410, None),
        ("f1", minute(0), -2025, 815),
        ("f1", minute(5), -1999, None),
    ]
    assert all(
        flags & ReadingFlag.IMPORTED for flags in Reading.objects.values_list("flags", flat=True)
    )


def test_an_event_is_captured_once(cold: ColdStore) -> None:
    document = document_of([event(of("f1", 0, -20))], created_at=NOON)
    send(document)
    again = send(document)
    assert (again.n_known, again.stored.n_new, again.stored.n_duplicate) == (1, 0, 0)
    changed = document_of([event(of("f1", 0, -2))], created_at=NOON)
    assert faults(changed) == [("/epcisBody/eventList/0/eventID", "contradicting_event")]
    assert Reading.objects.get().centi_c == -2000


def test_units_are_converted_and_other_reports_counted(cold: ColdStore) -> None:
    one = event(of("f1", 0, 0))
    element = one["sensorElementList"][0]
    at = minute(0).isoformat()
    element["sensorReport"] = [
        {"type": "Temperature", "time": at, "value": -4, "uom": "FAH"},
        {"type": "Temperature", "time": minute(1).isoformat(), "value": 253.15, "uom": "KEL"},
        {"type": "Pressure", "time": at, "value": 1013, "uom": "A97"},
        {"type": "Temperature", "minValue": -21, "maxValue": -18, "uom": "CEL"},
        {"type": "RelativeHumidity", "time": minute(9).isoformat(), "value": 80, "uom": "P1"},
    ]
    done = send(one)
    assert done.n_ignored == 3
    assert list(Reading.objects.values_list("centi_c", flat=True)) == [-2000, -2000]


@pytest.mark.parametrize(
    "name", ["time", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"]
)
def test_an_attribute_in_both_metadata_and_report_is_refused(cold: ColdStore, name: str) -> None:
    one = event(of("f1", 0, -20), of("f1", 1, -20))
    element = one["sensorElementList"][0]
    value = minute(0).isoformat() if name == "time" else "urn:luohe:sensor:f1"
    element["sensorMetadata"][name] = value
    element["sensorReport"][1][name] = value
    place = f"/sensorElementList/0/sensorReport/1/{name}"
    assert (place, "said_twice") in faults(one)
    assert not Reading.objects.exists()


def test_time_and_device_may_stand_in_either_place(cold: ColdStore) -> None:
    one = event(of("f1", 0, -20))
    element = one["sensorElementList"][0]
    element["sensorReport"][0]["deviceID"] = element.pop("sensorMetadata")["deviceID"]
    element["sensorMetadata"] = {"time": element["sensorReport"][0].pop("time")}
    assert send(one).stored.n_new == 1
    two = event(of("f1", 5, -20), number=2)
    del two["sensorElementList"][0]["sensorReport"][0]["time"]
    assert send(two).stored.n_new == 1
    assert set(Reading.objects.values_list("measured_at", flat=True)) == {minute(0), minute(5)}


def test_one_fault_keeps_the_whole_document_out(cold: ColdStore) -> None:
    good, bad = event(of("f1", 0, -20)), event(of("f1", 5, -20), number=2)
    report = bad["sensorElementList"][0]["sensorReport"][0]
    base = "/epcisBody/eventList/1/sensorElementList/0/sensorReport/0"
    for changes, pointer in (
        ({"value": "cold"}, f"{base}/value"),
        ({"value": True}, f"{base}/value"),
        ({"uom": "C"}, f"{base}/uom"),
        ({"time": "2026-11-24T00:00:00"}, f"{base}/time"),
        ({"value": -300}, base),
    ):
        before = copy.deepcopy(report)
        report.update(changes)
        document = document_of([good, bad], created_at=NOON)
        assert [place for place, _code in faults(document)] == [pointer], changes
        report.clear()
        report.update(before)
    assert not Reading.objects.exists()
    assert not CapturedEvent.objects.exists()


def test_a_correction_is_no_edit(cold: ColdStore) -> None:
    one = event(of("f1", 0, -20)) | {"errorDeclaration": {"declarationTime": NOON.isoformat()}}
    assert faults(one) == [("/errorDeclaration", "error_declaration")]


def test_foreign_sensors_are_answered_like_missing_ones(cold: ColdStore) -> None:
    device = Principal(role=Role.DEVICE, label="device", client_id=4711)
    document = document_of([event(of("f1", 0, -20), of("missing", 0, -20))], created_at=NOON)
    assert [code for _place, code in faults(document, device)] == ["unknown_sensor"] * 2
    assert [code for _place, code in faults(document)] == ["unknown_sensor"]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "epcisBody",
                    "eventList",
                    "sensorElementList",
                    "sensorMetadata",
                    "sensorReport",
                    "value",
                    "time",
                    "deviceID",
                    "uom",
                    "eventTime",
                ]
            )
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_readings_or_faults(said: Any) -> None:
    read = read_event(said, "")
    assert all(fault.pointer and fault.code for fault in read.faults)
    assert all(one.at <= datetime.max.replace(tzinfo=UTC) for one in read.measured)
