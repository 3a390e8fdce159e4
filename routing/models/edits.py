"""Who edited the fleet: a table of earlier versions beside each table that staff edit in the admin."""

from simple_history import register

from routing.models.fleet import Driver, Trailer, Vehicle, VehicleType

KEPT = (VehicleType, Vehicle, Trailer, Driver)

for table in KEPT:
    register(table, app="routing")
