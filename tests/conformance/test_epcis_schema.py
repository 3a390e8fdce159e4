"""What we write as EPCIS 2.0 validates against GS1's own JSON schema, and what it forbids we do not write.

Run by `make conformance DATA=FOLDER` (FOLDER/epcis/EPCIS-JSON-Schema.json is gs1/EPCIS on GitHub).
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from tests.warehouses.test_epcis_capture import HISTORIES, event
from warehouses.epcis_sensors import Measured, document_of, events_of, read_event

SCHEMA = Path(os.environ.get("CONFORMANCE_DATA", "")) / "epcis" / "EPCIS-JSON-Schema.json"


@pytest.fixture(scope="module")
def validator() -> Any:
    assert SCHEMA.is_file(), "put EPCIS-JSON-Schema.json of gs1/EPCIS into FOLDER/epcis"
    return jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))


@settings(max_examples=100, deadline=None)
@given(history=HISTORIES)
def test_documents_validate_and_give_the_same_readings_back(
    validator: Any, history: list[Measured]
) -> None:
    document = document_of([event(*history)], created_at=datetime(2026, 11, 24, tzinfo=UTC))
    written = json.loads(json.dumps(document))
    assert [error.message for error in validator.iter_errors(written)] == []
    ((pointer, one),) = events_of(written)
    back = {(row.sensor, row.at): row.value_c for row in read_event(one, pointer).measured}
    assert back == {(row.sensor, row.at): row.value_c for row in history}


def test_the_schema_itself_refuses_what_is_no_event(validator: Any) -> None:
    document = document_of([{"type": "ObjectEvent"}], created_at=datetime(2026, 11, 24, tzinfo=UTC))
    assert list(validator.iter_errors(document))
