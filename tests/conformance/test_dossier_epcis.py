"""The EPCIS document inside a dossier validates against GS1's own JSON schema.

Run by `make conformance DATA=FOLDER` (FOLDER/epcis/EPCIS-JSON-Schema.json is gs1/EPCIS on GitHub).
"""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from logistics.models import HandlingUnit
from tests.warehouses.conftest import ColdStore, make_cold_store
from tests.warehouses.dossier.conftest import make_journey
from warehouses.dossier import archive
from warehouses.dossier.epcis import DOCUMENT
from warehouses.epcis_sensors import SHARED

SCHEMA = Path(os.environ.get("CONFORMANCE_DATA", "")) / "epcis" / "EPCIS-JSON-Schema.json"


@pytest.fixture
def cold(db: None) -> ColdStore:
    return make_cold_store()


@pytest.mark.parametrize(("warm_c", "has_units"), [(None, False), (-13.0, True)])
def test_the_document_of_a_dossier_validates(
    cold: ColdStore, warm_c: float | None, has_units: bool
) -> None:
    assert SCHEMA.is_file(), "put EPCIS-JSON-Schema.json of gs1/EPCIS into FOLDER/epcis"
    journey = make_journey(cold, warm_c)
    if has_units:
        HandlingUnit.objects.create(
            sscc="106141411234567897", kind="pallet", shipment=journey.shipment
        )
    document: dict[str, Any] = json.loads(archive.read(journey.dossier())[DOCUMENT])
    validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
    assert [error.message for error in validator.iter_errors(document)] == []
    events = document["epcisBody"]["eventList"]
    steps = [event["bizStep"] for event in events]
    assert (steps.count("loading"), steps.count("storing"), steps.count("unloading")) == (2, 2, 1)
    assert steps.count("sensor_reporting") == 4 + (warm_c is not None)
    elements = [one for event in events for one in event.get("sensorElementList", [])]
    for element in elements:
        twice = {n for n in SHARED if n in element["sensorMetadata"]} & set(
            element["sensorReport"][0]
        )
        assert twice == set()
