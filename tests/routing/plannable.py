"""A day that the planner can really plan: the cast's park, four vehicles of three carriers, contracts, loads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from logistics.models import Contract, ContractKind, Organization
from routing import planning
from routing.models import Load, Plan, Vehicle
from routing.plan_leases import Watch
from tests.cast import Cast
from tests.factories import (
    CLASSES,
    DAY,
    ParkKit,
    local,
    make_destinations,
    make_park,
    make_shipments,
    make_vehicle,
    new_load,
)

NOW = local(-6)
AT_ONCE = Watch(should_stop=lambda: True)
"""Ends the search after the first plan: most tests want a plan, not a good one."""


@dataclass
class Plannable:
    """What `make_plannable` wrote."""

    cast: Cast
    park: ParkKit
    vehicles: list[Vehicle]
    contracts: list[Contract]
    loads: list[Load]


def make_plannable(cast: Cast, *, n_loads: int = 6, carriers: int = 3) -> Plannable:
    """Write a day of which a plan exists: every carrier has a general contract and its own vehicle."""
    park = make_park(cast)
    members = cast.carriers[:carriers]
    vehicles = [
        make_vehicle(
            member.organization, f"豫LA{number:04d}", cast.park_site, ("frozen", "chilled_meat")
        )
        for number, member in enumerate(members)
    ]
    vehicles.append(make_vehicle(members[0].organization, "豫LB0001", cast.park_site, ("ambient",)))
    contracts = [make_contract(member.organization) for member in members]
    loads = make_loads(cast, n_loads)
    return Plannable(cast, park, vehicles, contracts, loads)


def make_contract(
    carrier: Organization, *, shipper: Organization | None = None, day: date = DAY
) -> Contract:
    """Write a contract of a carrier, for everybody unless a shipper is named."""
    return Contract.objects.create(
        reference=f"C-{carrier.code}-{shipper.code if shipper else 'all'}",
        carrier=carrier,
        shipper=shipper,
        kind=ContractKind.SPOT,
        from_date=day - timedelta(days=30),
        is_synthetic=True,
    )


def make_loads(cast: Cast, n: int, *, first: int = 0, n_places: int = 4) -> list[Load]:
    """Write ready loads with a shipment each; they take turns in class and in the first few cities."""
    places = make_destinations()[:n_places]
    loads = Load.objects.bulk_create(
        new_load(
            number,
            shipper=cast.shipper.organization,
            origin=cast.warehouse_site,
            destination=places[number // len(CLASSES) % n_places],
        )
        for number in range(first, first + n)
    )
    make_shipments(loads, carriers={})
    return loads


def request(cast: Cast, *, may_commit_itself: bool = False, at: datetime = NOW) -> Plan:
    """Ask for a plan of the day as the dispatcher."""
    return planning.request_plan(
        day=DAY,
        budget_s=1,
        seed=1,
        by=cast.dispatcher.principal,
        at=at,
        may_commit_itself=may_commit_itself,
    )


def solved(cast: Cast, *, watch: Watch = AT_ONCE, at: datetime = NOW) -> Plan:
    """Ask for a plan and solve it here."""
    plan = request(cast, at=at)
    planning.solve_plan(plan_id=plan.pk, holder="test", now=lambda: at, watch=watch)
    plan.refresh_from_db()
    assert plan.status == "solved", plan.failure
    return plan


def references(loads: Sequence[Load]) -> set[str]:
    """Return the references of loads."""
    return {load.reference for load in loads}
