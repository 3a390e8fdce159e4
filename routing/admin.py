"""Admin of the fleet; loads, plans and trips are only read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from logistics.back_office.tables import ReadOnlyTable, Rows, StaffTable
from routing.models import (
    Compartment,
    Driver,
    GeocodedText,
    Load,
    Plan,
    Trailer,
    TravelPair,
    Trip,
    TruckBan,
    Vehicle,
    VehicleShift,
    VehicleType,
)


@admin.register(VehicleType)
class VehicleTypes(StaffTable):
    list_display = ("code", "name_zh", "max_weight_kg", "volume_l", "max_pallets")
    list_filter = ("is_refrigerated",)
    search_fields = ("code", "name_zh", "name_en")


class CompartmentRows(Rows):
    model = Compartment
    autocomplete_fields = ("cold_space",)


class ShiftRows(Rows):
    model = VehicleShift


@admin.register(Vehicle)
class Vehicles(StaffTable):
    list_display = ("plate", "carrier", "vehicle_type", "home", "max_weight_kg", "is_active")
    list_filter = ("carrier", "vehicle_type", "is_active")
    list_select_related = ("carrier", "vehicle_type", "home")
    search_fields = ("plate",)
    autocomplete_fields = ("carrier", "vehicle_type", "home")
    inlines = (CompartmentRows, ShiftRows)


@admin.register(TruckBan)
class TruckBans(StaffTable):
    list_display = ("adcode_prefix", "weekday", "from_s", "to_s")
    list_filter = ("adcode_prefix",)


@admin.register(Trailer)
class Trailers(StaffTable):
    list_display = ("plate", "carrier", "vehicle_type", "is_active")
    list_select_related = ("carrier", "vehicle_type")
    search_fields = ("plate",)
    autocomplete_fields = ("carrier", "vehicle_type")


@admin.register(Driver)
class Drivers(StaffTable):
    list_display = ("reference", "carrier", "license_class", "is_active")
    list_filter = ("license_class",)
    list_select_related = ("carrier",)
    search_fields = ("reference",)
    autocomplete_fields = ("carrier", "home")


@admin.register(Load)
class Loads(ReadOnlyTable):
    list_display = (
        "reference",
        "planning_date",
        "shipper",
        "destination",
        "temperature_class",
        "weight_kg",
        "n_pallets",
        "status",
    )
    list_filter = ("status", "temperature_class")
    list_select_related = ("shipper", "destination")
    search_fields = ("reference", "public_id")
    date_hierarchy = "planning_date"


@admin.register(Plan)
class Plans(ReadOnlyTable):
    list_display = ("planning_date", "revision", "status", "n_assigned", "n_unassigned", "n_trips")
    list_filter = ("status",)
    search_fields = ("public_id",)
    date_hierarchy = "planning_date"


@admin.register(Trip)
class Trips(ReadOnlyTable):
    list_display = ("public_id", "plan", "carrier", "vehicle", "status", "starts_at", "ends_at")
    list_filter = ("status",)
    list_select_related = ("plan", "carrier", "vehicle")
    search_fields = ("public_id", "vehicle__plate")


class KeptAnswers(ReadOnlyTable):
    """Answers of others that we keep; who deletes one has it asked for anew."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super(ReadOnlyTable, self).has_delete_permission(request, obj))


@admin.register(TravelPair)
class TravelPairs(KeptAnswers):
    list_display = ("profile", "from_key", "to_key", "distance_m", "duration_s")
    list_filter = ("profile",)


@admin.register(GeocodedText)
class GeocodedTexts(KeptAnswers):
    list_display = ("text", "service")
    list_filter = ("service",)
    search_fields = ("text",)
