"""Admin of the park: warehouses, rooms, docks, sensors; bookings and excursions are only read."""

from django.contrib import admin

from logistics.back_office.tables import PlainTable, ReadOnlyTable, StaffTable
from warehouses.models import (
    Alarm,
    ColdSpace,
    Device,
    Dock,
    DockAppointment,
    Excursion,
    LadderStep,
    Notification,
    Park,
    Robot,
    Room,
    Sensor,
    Warehouse,
)


@admin.register(Park)
class Parks(PlainTable):
    list_display = ("site", "operator")
    list_select_related = ("site", "operator")
    search_fields = ("site__name_zh", "site__name_en")
    autocomplete_fields = ("site", "operator")


@admin.register(Warehouse)
class Warehouses(StaffTable):
    list_display = ("code", "site", "operator", "load_setup_s", "load_per_pallet_s")
    list_select_related = ("site", "operator")
    search_fields = ("code", "site__name_zh", "site__name_en")
    autocomplete_fields = ("park", "site", "operator")


@admin.register(ColdSpace)
class ColdSpaces(PlainTable):
    list_display = ("code", "keeper", "temperature_class", "set_point_c", "latest_c", "latest_at")
    list_filter = ("temperature_class", "is_vehicle")
    list_select_related = ("keeper",)
    search_fields = ("code", "name_zh", "name_en")
    autocomplete_fields = ("keeper",)
    # What readings and the judgement write is not for hands.
    readonly_fields = (
        "latest_at",
        "latest_c",
        "latest_humidity_pct",
        "dirty_from_at",
        "version",
        "judged_to_at",
    )


@admin.register(Room)
class Rooms(StaffTable):
    list_display = ("code", "name_zh", "name_en", "warehouse", "n_places")
    list_filter = ("warehouse",)
    list_select_related = ("warehouse__site",)
    search_fields = ("code", "name_zh", "name_en")
    autocomplete_fields = ("warehouse", "cold_space")


@admin.register(Dock)
class Docks(StaffTable):
    list_display = ("code", "name", "warehouse", "temperature_class", "is_open")
    list_filter = ("temperature_class", "is_open")
    list_select_related = ("warehouse__site",)
    search_fields = ("code", "name")
    autocomplete_fields = ("warehouse",)


@admin.register(Device)
class Devices(PlainTable):
    list_display = ("serial", "owner", "is_active")
    list_select_related = ("owner",)
    search_fields = ("serial",)
    autocomplete_fields = ("owner",)
    exclude = ("application",)


@admin.register(Sensor)
class Sensors(PlainTable):
    list_display = (
        "code",
        "cold_space",
        "interval_s",
        "calibration_due_date",
        "latest_c",
        "silent_since_at",
        "is_active",
    )
    list_filter = ("is_active",)
    list_select_related = ("cold_space",)
    search_fields = ("code", "cold_space__code")
    autocomplete_fields = ("device", "cold_space")
    readonly_fields = (
        "latest_at",
        "latest_c",
        "latest_humidity_pct",
        "alert_after_at",
        "silent_since_at",
    )


@admin.register(DockAppointment)
class DockAppointments(ReadOnlyTable):
    list_display = ("dock", "from_at", "to_at", "plate", "carrier", "n_pallets", "status")
    list_filter = ("status", "temperature_class")
    list_select_related = ("dock", "carrier")
    date_hierarchy = "from_at"


@admin.register(Excursion)
class Excursions(ReadOnlyTable):
    list_display = ("cold_space", "kind", "severity", "phase", "handling", "started_at", "peak_c")
    list_filter = ("severity", "phase", "handling")
    list_select_related = ("cold_space",)
    date_hierarchy = "started_at"


@admin.register(LadderStep)
class LadderSteps(PlainTable):
    list_display = (
        "level",
        "after_s",
        "least_severity",
        "calls_operators",
        "calls_dispatchers",
        "calls_managers",
    )


@admin.register(Robot)
class Robots(PlainTable):
    list_display = ("name", "kind", "warehouse", "from_level", "is_chinese", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("warehouse__site",)


@admin.register(Alarm)
class Alarms(ReadOnlyTable):
    list_display = ("excursion", "sensor", "status", "level", "raised_at", "next_at")
    list_filter = ("status",)
    list_select_related = ("excursion", "sensor")
    date_hierarchy = "raised_at"


@admin.register(Notification)
class Notifications(ReadOnlyTable):
    list_display = ("key", "level", "user", "robot", "status", "n_tries", "sent_at", "failure")
    list_filter = ("status",)
    list_select_related = ("user", "robot")
    date_hierarchy = "created_at"
