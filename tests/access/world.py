"""A small park in which every tenant owns one of everything, each marked with a token of its own."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Model, Value
from django.db.models.functions import Concat

from logistics import events
from logistics.models import (
    MachineClient,
    Organization,
    PartyRole,
    Product,
    Shipment,
    ShipmentLine,
    ShipmentParty,
    Site,
    SiteKind,
)
from logistics.scoping import SYSTEM
from routing.event_types import TripWithdrawn
from routing.models import Compartment, Driver, Load, LoadShipment, Stop, Tender, Trip
from tests.cast import NOW, Cast, Member, _organization, canary
from tests.factories import DAY, make_excursion, make_space
from tests.factory_day import DayKit, make_day, make_plan
from warehouses.models import ColdSpace, Device, Sensor

MISSING = {
    "shipment": "shp_01JZZZZZZZZZZZZZZZZZZZZZZZ",
    "load": "ld_01JZZZZZZZZZZZZZZZZZZZZZZZ",
    "trip": "tr_01JZZZZZZZZZZZZZZZZZZZZZZZ",
    "stop": "sp_01JZZZZZZZZZZZZZZZZZZZZZZZ",
    "plan": "pl_01JZZZZZZZZZZZZZZZZZZZZZZZ",
    "excursion": "ex_01JZZZZZZZZZZZZZZZZZZZZZZZ",
    "tender": "td_01JZZZZZZZZZZZZZZZZZZZZZZZ",
    "space": "cs_01JZZZZZZZZZZZZZZZZZZZZZZZ",
}
CARRIERS = ("shuanghui", "yto", "new_era")


def only(name: str) -> str:
    """Return the token in references of goods that only this carrier, or the rival, moves."""
    return f"only-{name.replace('_', '-')}-may-know"


@dataclass
class World:
    """The cast, its day, and for each kind of thing who owns which."""

    cast: Cast
    day: DayKit
    rival: Organization
    things: dict[str, dict[str, Model]] = field(default_factory=dict)

    def own(self, role: str, thing: str) -> str:
        """Return the id of a thing that a role has to do with."""
        owned = self.things[thing]
        return str(getattr(owned.get(role, owned["shuanghui"]), "public_id"))  # noqa: B009

    def foreign(self, role: str, thing: str) -> str:
        """Return the id of a thing that belongs to somebody else."""
        rivals = dict(zip(CARRIERS, (*CARRIERS[1:], CARRIERS[0]), strict=True))
        owner = rivals.get(role, "rival")
        owned = self.things[thing]
        return str(getattr(owned.get(owner, owned["yto"]), "public_id"))  # noqa: B009

    def forbidden_tokens(self, role: str) -> set[str]:
        """Return the tokens that must stand in no answer made for a role."""
        cast = self.cast
        of_carriers = {canary(getattr(cast, name).organization.code) for name in CARRIERS}
        every = of_carriers | {only(name) for name in CARRIERS}
        of_rival = {canary(self.rival.code), only("rival")}
        if role in {"dispatcher", "manager", "auditor", "admin"}:
            return set()
        if role == "shipper":
            return of_carriers | of_rival
        if role == "operator":
            return of_rival
        mine = (
            {canary(getattr(cast, role).organization.code), only(role)}
            if role in CARRIERS
            else set()
        )
        return (every | of_rival) - mine


def make_world(cast: Cast) -> World:
    """Write a committed day of three carriers, a second shipper at a second warehouse, a bound device."""
    day = make_day(cast, n_trips=3, loads_per_trip=2, n_unassigned=1)
    rival = _organization("rival-foods", "对手食品", "Rival Foods", PartyRole.SHIPPER)
    world = World(cast, day, rival)
    world.things = {"shipment": {}, "load": {}, "trip": {}, "stop": {}, "plan": {}}
    for name, trip in zip(CARRIERS, day.trips, strict=True):
        _mark_trip(world, name, getattr(cast, name), trip)
    _add_rival(world)
    _add_lines(world)
    world.things["plan"] |= {"shuanghui": day.plan, "yto": make_plan(status="solved", revision=2)}
    machine = MachineClient.objects.get(application__name=f"{cast.device.name}'s machine")
    Device.objects.filter(serial="park-gateway").update(client=machine)
    space = make_space("rival-room", rival, "frozen")
    other = Device.objects.create(serial="other-gateway", owner=rival)
    Sensor.objects.create(code="rival-sensor", device=other, cold_space=space)
    _add_excursions(world, space)
    _add_tenders(world)
    events.sequence(at=NOW)
    return world


def _mark_trip(world: World, name: str, member: Member, trip: Trip) -> None:
    """Give a trip a driver, and put its carrier's tokens into its rows and an event."""
    carrier = member.organization
    trip.driver = Driver.objects.create(
        carrier=carrier, reference=f"driver-{canary(carrier.code)}", license_class="B2"
    )
    trip.save()
    loads = Load.objects.filter(tasks__stop__trip=trip)
    Load.objects.filter(pk__in=loads.values("pk")).update(
        reference=Concat("reference", Value(f"-{only(name)}"))
    )
    shipments = Shipment.objects.filter(in_load__load__in=loads)
    Shipment.objects.filter(pk__in=shipments.values("pk")).update(
        reference=Concat("reference", Value(f"-{only(name)}")),
        updated_at=NOW,
    )
    world.things["trip"][name] = trip
    world.things["stop"][name] = Stop.objects.get(trip=trip, position=2)
    world.things["load"][name] = loads.order_by("pk")[0]
    world.things["shipment"][name] = shipments.order_by("pk")[0]
    events.record(
        payload=TripWithdrawn(
            trip=trip.public_id,
            planning_date=DAY,
            carrier=carrier.public_id,
            plate=trip.vehicle.plate if trip.vehicle else "",
            reason=only(name),
        ),
        subject_id=trip.public_id,
        subject_kind="trip",
        by=SYSTEM,
        occurred_at=NOW,
        recorded_at=NOW,
        audience=frozenset({carrier.pk}),
    )


def _add_rival(world: World) -> None:
    """Write a second shipper's load at a second warehouse; no carrier of the day moves it."""
    model = world.day.loads[-1]
    origin = Site.objects.create(
        code="rival-warehouse",
        kind=SiteKind.WAREHOUSE,
        name_zh=f"对手库 {only('rival')}",
        name_en=f"Rival warehouse {only('rival')}",
        organization=world.rival,
        latitude=33.61,
        longitude=114.08,
        is_synthetic=True,
    )
    load = Load.objects.get(pk=model.pk)
    load.pk, load._state.adding, load.public_id = None, True, "ld_01JR0000000000000000000000"
    load.shipper, load.origin, load.reference = world.rival, origin, f"R-1-{only('rival')}"
    load.carrier = None
    load.save()
    shipment = Shipment.objects.create(
        waybill="WB-R-1",
        shipper=world.rival,
        reference=f"R-1-{only('rival')}",
        origin=origin,
        destination=load.destination,
        temperature_class=load.temperature_class,
        weight_kg=load.weight_kg,
        volume_l=load.volume_l,
        n_pallets=load.n_pallets,
        created_at=NOW,
        updated_at=NOW,
    )
    LoadShipment.objects.create(load=load, shipment=shipment)
    ShipmentParty.objects.create(
        shipment=shipment,
        organization=world.rival,
        role="shipper",
        from_at=NOW - timedelta(days=1),
    )
    world.things["load"]["rival"], world.things["shipment"]["rival"] = load, shipment


def _add_excursions(world: World, rival_space: ColdSpace) -> None:
    """Write an excursion in a room of the park, in each carrier's vehicle and in the rival's room."""
    spaces = {"operator": world.day.park.rooms[0].cold_space, "rival": rival_space}
    for name, trip in zip(CARRIERS, world.day.trips, strict=True):
        part = Compartment.objects.filter(vehicle=trip.vehicle).order_by("pk")[0]
        spaces[name] = part.cold_space
    world.things["excursion"] = {name: make_excursion(one) for name, one in spaces.items()}
    world.things["space"] = dict(spaces)


def _add_tenders(world: World) -> None:
    """Offer each carrier its own trip, with a note that nobody else may read."""
    world.things["tender"] = {
        name: Tender.objects.create(
            trip=trip,
            carrier=trip.carrier,
            rank=1,
            status="offered",
            amount_fen=123_400,
            score_fen=125_000,
            acceptance_pct=90,
            fit="planned_vehicle",
            offered_at=NOW,
            expires_at=NOW + timedelta(days=3650),
            note=only(name),
        )
        for name, trip in zip(CARRIERS, world.day.trips, strict=True)
    }


def _add_lines(world: World) -> None:
    product = Product.objects.create(
        code="P-1",
        owner=world.cast.shipper.organization,
        category=world.day.loads[0].category,
        name_zh="冷鲜肉",
        name_en="Chilled pork",
        temperature_class="chilled_meat",
    )
    ShipmentLine.objects.bulk_create(
        ShipmentLine(shipment=shipment, product=product, quantity=40, lot="L1")
        for shipment in Shipment.objects.all()
    )
