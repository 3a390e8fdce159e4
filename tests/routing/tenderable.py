"""A committed day whose trips are all hired: three spot carriers with rates and a spare vehicle each."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from logistics.models import Contract, ContractKind, ContractRate
from routing import tendering
from routing.committing import commit
from routing.models import Driver, Plan, Tender, Trip, Vehicle
from tests.cast import Cast, Member
from tests.factories import CLASSES, make_vehicle
from tests.routing.plannable import NOW, Plannable, make_plannable, solved

PER_KM_FEN = {"shuanghui": 400, "yto": 450, "new_era": 500}


@dataclass
class Tenderable:
    """What `make_tenderable` wrote."""

    cast: Cast
    day: Plannable
    plan: Plan
    spare: dict[str, Vehicle]

    def member(self, tender: Tender) -> Member:
        """Return the member of the cast that a tender is made to."""
        return next(one for one in self.cast.carriers if one.organization.pk == tender.carrier_id)

    def live(self) -> list[Tender]:
        """Return what is offered now, trip by trip."""
        rows = Tender.objects.filter(status__in=["offered", "countered"])
        return list(rows.select_related("trip", "carrier").order_by("trip"))


def make_tenderable(cast: Cast, *, n_loads: int = 6, at: datetime = NOW) -> Tenderable:
    """Write, plan and commit a day, with rates: Shuanghui asks least a kilometer, New Era most."""
    day = make_plannable(cast, n_loads=n_loads)
    for name, per_km_fen in PER_KM_FEN.items():
        contract = Contract.objects.get(carrier=getattr(cast, name).organization)
        ContractRate.objects.bulk_create(
            ContractRate(
                contract=contract, temperature_class=code, fixed_fen=50_000, per_km_fen=per_km_fen
            )
            for code in CLASSES
        )
        Driver.objects.create(
            carrier=contract.carrier, reference=f"{name}-driver", license_class="B2"
        )
    plan = commit(plan=solved(cast), by=cast.dispatcher.principal, at=at)
    spare = {
        name: make_vehicle(
            getattr(cast, name).organization, f"豫LS{number:04d}", cast.park_site, CLASSES
        )
        for number, name in enumerate(PER_KM_FEN)
    }
    return Tenderable(cast, day, plan, spare)


def offered(cast: Cast, *, n_loads: int = 6, at: datetime = NOW) -> Tenderable:
    """Return the day with its first offers out."""
    kit = make_tenderable(cast, n_loads=n_loads, at=at)
    tendering.run(at=at)
    return kit


def make_dedicated(trip: Trip) -> None:
    """Turn the contract of a trip's carrier into a dedicated one."""
    Contract.objects.filter(carrier=trip.carrier).update(kind=ContractKind.DEDICATED)


def after(minutes: float) -> datetime:
    """Return a moment after the commit."""
    return NOW + timedelta(minutes=minutes)
