"""The synthetic fleet and its sensors in the schema of fixtures/README.md."""

from collections.abc import Iterator, Sequence
from typing import Any

from routing.synthetic.catalog import Row
from routing.synthetic.fleet import FleetVehicle

ROOM_INTERVAL_S, VEHICLE_INTERVAL_S, AMBIENT_INTERVAL_S = 300, 300, 1800
LARGE_ROOM_PLACES = 800
CITY_TRUCK_KG, CITY_TRIPS = 2_000, 2
"""Blue-plate trucks deliver in town and come back for a second trip."""
TRUCK_BANS = [
    {"adcode_prefix": prefix, "weekday": None, "from_s": hour * 3600, "to_s": (hour + 2) * 3600}
    for prefix in ("4101", "4201")
    for hour in (7, 17)
]
"""Rush hours in which the two largest cities around are closed to trucks without a permit; invented."""
CALIBRATED, CALIBRATION_DUE = "2026-05-12", "2027-05-11"


def fleet_document(fleet: Sequence[FleetVehicle], blueprints: Row) -> dict[str, Any]:
    """Return vehicle types, vehicles, trailers and drivers."""
    return {
        "schema": "fleet/1",
        "about": "Vehicles of the three carriers. Plates, costs, shifts and drivers are synthetic; "
        "made from blueprints.json by manage.py generate_day --write-fixtures.",
        "is_synthetic": True,
        "vehicle_types": list(blueprints["vehicle_types"]),
        "trailers": [_trailer(vehicle) for vehicle in fleet if vehicle.trailer_plate],
        "drivers": [row for vehicle in fleet for row in _drivers(vehicle)],
        "vehicles": [vehicle_row(vehicle) for vehicle in fleet],
        "truck_bans": TRUCK_BANS,
    }


def sensors_document(fleet: Sequence[FleetVehicle], park: Row) -> dict[str, Any]:
    """Return devices and sensors: each room has one or two, each refrigerated compartment one."""
    room_sensors = [row for room in park["rooms"] for row in _room_sensors(room)]
    vehicle_sensors = [row for vehicle in fleet for row in vehicle_sensor_rows(vehicle)]
    owners = {row["code"]: row["operator"] for row in park["warehouses"]}
    devices = [{"serial": f"GW-{code.upper()}", "owner": owner} for code, owner in owners.items()]
    devices += [device_row(vehicle) for vehicle in fleet if is_refrigerated(vehicle)]
    return {
        "schema": "sensors/1",
        "about": "Devices and the sensors that they report for; all synthetic. A cold space is a "
        "room's code, or a vehicle's reference and the position of its compartment.",
        "is_synthetic": True,
        "devices": devices,
        "sensors": room_sensors + vehicle_sensors,
    }


def is_refrigerated(vehicle: FleetVehicle) -> bool:
    """Whether its compartments are held at a temperature."""
    return any("ambient" not in bay.temperature_classes for bay in vehicle.blueprint.bays)


def space_code(reference: str, position: int) -> str:
    """Return the code of the cold space of a compartment."""
    return f"veh-{reference.lower()}-c{position}"


def vehicle_row(vehicle: FleetVehicle) -> dict[str, Any]:
    """Return one vehicle with its compartments."""
    blueprint = vehicle.blueprint
    return {
        "reference": vehicle.reference,
        "plate": vehicle.plate,
        "carrier": blueprint.carrier,
        "vehicle_type": blueprint.vehicle_type,
        "home": blueprint.home,
        "max_weight_kg": blueprint.max_weight_kg,
        "fixed_fen": blueprint.fixed_fen,
        "per_km_fen": blueprint.per_km_fen,
        "per_hour_fen": blueprint.per_hour_fen,
        "shift_from_s": blueprint.shift_from_s,
        "shift_to_s": blueprint.shift_to_s,
        "max_trip_s": blueprint.max_trip_s,
        "may_end_away": blueprint.may_end_away,
        "max_trips": CITY_TRIPS if blueprint.max_weight_kg <= CITY_TRUCK_KG else 1,
        "n_drivers": len(vehicle.drivers),
        "has_city_permit": not blueprint.has_trailer,
        "trailer": vehicle.trailer_plate,
        "drivers": list(vehicle.drivers),
        "compartments": [
            {
                "position": position,
                "space": space_code(vehicle.reference, position),
                "temperature_classes": list(bay.temperature_classes),
                "set_point_c": bay.set_point_c,
                "max_pallets": bay.max_pallets,
                "max_weight_kg": bay.max_weight_kg,
                "volume_l": bay.volume_l,
            }
            for position, bay in enumerate(blueprint.bays, 1)
        ],
    }


def device_row(vehicle: FleetVehicle) -> dict[str, Any]:
    """Return the logger of a refrigerated vehicle."""
    return {"serial": f"LOG-{vehicle.reference}", "owner": vehicle.blueprint.carrier}


def vehicle_sensor_rows(vehicle: FleetVehicle) -> Iterator[dict[str, Any]]:
    """Yield one sensor for each refrigerated compartment."""
    for position, bay in enumerate(vehicle.blueprint.bays, 1):
        if "ambient" not in bay.temperature_classes:
            space = space_code(vehicle.reference, position)
            yield _sensor(f"{space}-s1", f"LOG-{vehicle.reference}", space, VEHICLE_INTERVAL_S)


def _trailer(vehicle: FleetVehicle) -> dict[str, Any]:
    blueprint = vehicle.blueprint
    return {
        "plate": vehicle.trailer_plate,
        "carrier": blueprint.carrier,
        "vehicle_type": blueprint.vehicle_type,
    }


def _drivers(vehicle: FleetVehicle) -> Iterator[dict[str, Any]]:
    for reference in vehicle.drivers:
        yield {
            "reference": reference,
            "carrier": vehicle.blueprint.carrier,
            "license_class": vehicle.license_class,
            "home": vehicle.blueprint.home,
        }


def _room_sensors(room: Row) -> Iterator[dict[str, Any]]:
    is_ambient = room["temperature_class"] == "ambient"
    n = 2 if room["n_places"] >= LARGE_ROOM_PLACES and not is_ambient else 1
    interval_s = AMBIENT_INTERVAL_S if is_ambient else ROOM_INTERVAL_S
    for number in range(1, n + 1):
        gateway = f"GW-{room['warehouse'].upper()}"
        yield _sensor(f"{room['code']}-s{number}", gateway, room["code"], interval_s)


def _sensor(code: str, device: str, space: str, interval_s: int) -> dict[str, Any]:
    return {
        "code": code,
        "device": device,
        "space": space,
        "interval_s": interval_s,
        "measures": ["temperature", "humidity"],
        "calibrated_date": CALIBRATED,
        "calibration_due_date": CALIBRATION_DUE,
    }
