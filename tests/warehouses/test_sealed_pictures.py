"""Curves and past days show the same air from sealed hours as from rows, peaks included."""

from datetime import timedelta
from typing import Any

import pytest

from logistics.scoping import SYSTEM, Principal, Role
from tests.warehouses.conftest import START, ColdStore, minute
from warehouses import seals
from warehouses.air import read_rooms
from warehouses.curves import Curve, read_curve
from warehouses.models import Park, Reading, Room, Warehouse

LATER = START + timedelta(days=9)
HOURS_OUT = ["in", "brief", "warm"]


def send(cold: ColdStore) -> None:
    """An hour in the band, one with a peak of five minutes, one too warm."""
    cold.send("f1", [*[-20] * 12, *[-20] * 5, -5.5, *[-20] * 6, *[-10] * 12])


def seal_and_drop(settings: Any) -> None:
    settings.READINGS_KEEP_ROWS_D = 3
    seals.seal_due(at=LATER)
    assert not Reading.objects.exists()


def curve(cold: ColdStore) -> Curve:
    return read_curve(
        principal=SYSTEM, space=cold.frozen, from_at=START, to_at=minute(180), at=LATER
    )


def states() -> list[tuple[str, float | None, float | None]]:
    rooms = read_rooms(principal=SYSTEM, day_starts_at=START)
    return [(h.state, h.least_c, h.most_c) for h in rooms[0].hours if h.state != "none"]


def test_a_curve_is_the_same_from_sealed_hours(cold: ColdStore, settings: Any) -> None:
    send(cold)
    before = curve(cold)
    seal_and_drop(settings)
    after = curve(cold)
    assert [line.runs for line in after.lines] == [line.runs for line in before.lines]
    assert after.gaps == before.gaps
    assert after.extremes is not None
    assert after.extremes[1].most_c == -5.5


def test_a_late_reading_stands_in_its_place_between_sealed_ones(
    cold: ColdStore, settings: Any
) -> None:
    send(cold)
    seal_and_drop(settings)
    cold.send("f1", [9.5], from_min=62, received_min=9 * 24 * 60)
    after = curve(cold)
    assert after.extremes is not None
    assert (after.extremes[1].at, after.extremes[1].most_c) == (minute(62), 9.5)


def test_a_past_days_rooms_are_the_same_from_sealed_hours(cold: ColdStore, settings: Any) -> None:
    park = Park.objects.create(site=cold.site, operator=cold.keeper)
    own = {"park": park, "site": cold.site, "operator": cold.keeper}
    warehouse = Warehouse.objects.create(code="w", **own)
    Room.objects.create(warehouse=warehouse, code="r", cold_space=cold.frozen, n_places=4)
    send(cold)
    before = states()
    assert [state for state, _, _ in before] == HOURS_OUT
    seal_and_drop(settings)
    assert states() == before


@pytest.mark.parametrize("role", [Role.SHIPPER, Role.ZONE_VIEWER])
def test_sealed_hours_show_nothing_to_those_who_see_no_space(
    cold: ColdStore, settings: Any, role: Role
) -> None:
    send(cold)
    seal_and_drop(settings)
    stranger = Principal(role=role, label="somebody")
    found = read_curve(
        principal=stranger, space=cold.frozen, from_at=START, to_at=minute(180), at=LATER
    )
    assert found.n_readings == 0
