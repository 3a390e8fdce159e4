"""Who edited which part of the park: a table of earlier versions beside each table that staff edit in the admin."""

from simple_history import register

from warehouses.models.park import Dock, Room, Warehouse

KEPT = (Warehouse, Room, Dock)

for table in KEPT:
    register(table, app="warehouses")
