"""What a hidden trip carries: goods that may share its compartments, sized to fill them as wanted."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from random import Random

from routing.synthetic.catalog import Bay, Blueprint, Catalog, Goods, Place

PARCEL_OWNERS = frozenset({"yto", "beijia", "wajiwuyou"})
FAMILIES = (("food", 64), ("industrial", 22), ("feed", 7), ("odor_sensitive", 7))
FAMILY_OF = {"neutral": "industrial", "parcel": "parcel"}
KINDS_BY_CATEGORY = {
    "fresh-pork": frozenset({"school", "shop", "dc"}),
    "parcels": frozenset({"hub", "village", "landmark"}),
    "electronics": frozenset({"hub", "landmark", "office"}),
    "machine-parts": frozenset({"hub", "plant"}),
    "bakery": frozenset({"shop", "dc"}),
}
KINDS_BY_SEGREGATION = {
    "food": frozenset({"dc", "shop"}),
    "feed": frozenset({"plant"}),
    "industrial": frozenset({"plant"}),
    "odor_sensitive": frozenset({"plant", "dc"}),
    "neutral": frozenset({"plant"}),
}
BUYERS = frozenset({"industry-buyers", "farms-yunong", "shuanghui-group", "letone", "coca-cola"})
WEIGHT_MARGIN = 0.96
FIRST_TIME = 8
"""A shipper that has nothing on the day yet is so much likelier to be drawn."""


@dataclass(slots=True)
class Parcel:
    """One load in the making: its goods, size and the compartment it is meant for."""

    goods: Goods
    bay: int
    n_pallets: int
    weight_kg: int = 0
    volume_l: int = 0

    @property
    def service_s(self) -> int:
        """Unloading time in seconds: ten minutes and a minute and a half a pallet."""
        return 600 + 90 * self.n_pallets


def family_of(goods: Goods) -> str:
    """Return which goods it may share a compartment with."""
    return FAMILY_OF.get(goods.segregation, goods.segregation)


def suits(goods: Goods, place: Place) -> bool:
    """Whether goods of this kind are delivered to such a place."""
    if goods.code == "HY-A01" and place.adcode == "370200":
        return place.organization == "nihonsei"
    is_own = place.organization == goods.owner and goods.owner != "yto"
    is_closed = place.kind == "plant" and place.organization not in BUYERS
    if is_own or is_closed or place.organization in {"", "nihonsei"}:
        return False
    if place.organization == "farms-yunong":
        return goods.segregation == "feed"
    kinds = KINDS_BY_CATEGORY.get(goods.category) or KINDS_BY_SEGREGATION[goods.segregation]
    return place.kind in kinds


def pick_cargo(
    catalog: Catalog,
    blueprint: Blueprint,
    n_pallets: Sequence[int],
    n_loads: int,
    shipped: Container[str],
    random: Random,
) -> list[Parcel]:
    """Split the wanted pallets of each compartment into loads of goods that may travel together.

    `shipped` holds the owners that have loads on this day already: the others come first.
    """
    family = _family(blueprint, random)
    used = n_pallets[:n_loads]  # each compartment in use carries at least one load
    shares = _split(n_loads, used, random, at_least=1)
    parcels = []
    for bay, (wanted, count) in enumerate(zip(used, shares, strict=True)):
        pool = _pool(catalog, blueprint, bay, family)
        if not pool:
            continue
        weights = [goods.share * (1 if goods.owner in shipped else FIRST_TIME) for goods in pool]
        for size in _split(wanted, [1] * min(count, wanted), random, at_least=1):
            goods = random.choices(pool, weights)[0]
            parcels.append(Parcel(goods=goods, bay=bay, n_pallets=size))
    _weigh(parcels, blueprint, random)
    return parcels


def _family(blueprint: Blueprint, random: Random) -> str:
    if blueprint.carrier == "yto":
        return "parcel"
    if "ambient" not in blueprint.bays[0].temperature_classes:
        return "food"
    names = [name for name, _ in FAMILIES]
    return random.choices(names, [weight for _, weight in FAMILIES])[0]


def _pool(catalog: Catalog, blueprint: Blueprint, bay: int, family: str) -> list[Goods]:
    held = blueprint.bays[bay].temperature_classes[0]
    found = []
    for goods in catalog.goods:
        if goods.temperature_class != held:
            continue
        is_parcel = goods.owner in PARCEL_OWNERS
        if is_parcel != (blueprint.carrier == "yto"):
            continue
        if is_parcel or family_of(goods) == family:
            found.append(goods)
    return found


def _split(total: int, weights: Sequence[float], random: Random, *, at_least: int) -> list[int]:
    """Share `total` out at random in proportion to the weights, each part at least `at_least`."""
    spare = max(0, total - at_least * len(weights))
    draws = [weight * random.uniform(0.5, 1.5) for weight in weights]
    scale = sum(draws) or 1.0
    parts = [at_least + int(spare * draw / scale) for draw in draws]
    while sum(parts) < total:
        parts[random.randrange(len(parts))] += 1
    return parts


def _weigh(parcels: Sequence[Parcel], blueprint: Blueprint, random: Random) -> None:
    """Give every load a weight and volume within what the vehicle and its compartments bear."""
    total = sum(parcel.n_pallets for parcel in parcels)
    per_pallet_kg = WEIGHT_MARGIN * blueprint.max_weight_kg / max(1, total)
    for parcel in parcels:
        bay = blueprint.bays[parcel.bay]
        inside = sum(other.n_pallets for other in parcels if other.bay == parcel.bay)
        kg, liters = _bearable(bay, inside)
        heaviest = min(parcel.goods.kg_per_pallet, per_pallet_kg, kg)
        bulkiest = min(parcel.goods.l_per_pallet, liters)
        parcel.weight_kg = max(20, round(parcel.n_pallets * heaviest * random.uniform(0.75, 1)))
        parcel.volume_l = max(100, round(parcel.n_pallets * bulkiest * random.uniform(0.8, 1)))


def _bearable(bay: Bay, n_pallets: int) -> tuple[float, float]:
    pallets = max(1, n_pallets)
    return WEIGHT_MARGIN * bay.max_weight_kg / pallets, WEIGHT_MARGIN * bay.volume_l / pallets
