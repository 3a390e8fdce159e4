"""Who edited which master data: a table of earlier versions beside each table that staff edit in the admin."""

from simple_history import register

from logistics.models.accounts import MachineClient, Membership
from logistics.models.contracts import Contract
from logistics.models.parties import Organization
from logistics.models.sites import Site

KEPT = (Membership, MachineClient, Organization, Site, Contract)

for table in KEPT:
    register(table, app="logistics")
