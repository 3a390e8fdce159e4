"""Writes the parties, places, goods and contracts of the fixtures; twice is the same as once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, TypeVar

from django.db import models, transaction
from pypinyin import lazy_pinyin, load_phrases_dict

from logistics.fixture_files import Document
from logistics.models import (
    Contract,
    ContractLane,
    ContractRate,
    GoodsCategory,
    Organization,
    OrganizationRole,
    PartyRole,
    Product,
    Site,
    SiteOpening,
)

Row = TypeVar("Row", bound=models.Model)
CONFIDENCE = {"geonames": 0.95, "cpca": 0.9, "known": 0.8, "synthetic": 1.0}

load_phrases_dict({"漯河": [["luò"], ["hé"]], "漯": [["luò"]]})  # pypinyin alone reads "ta he"


@cache
def pinyin(text: str) -> str:
    """Return the sort key of a Chinese name."""
    return "".join(lazy_pinyin(text)).lower()[:200]


def upsert(rows: Iterable[Row], *, unique: Sequence[str], keep: Sequence[str] = ()) -> int:
    """Insert rows or update those with the same unique fields, except the fields to keep; return how many."""
    batch = list(rows)
    if not batch:
        return 0
    table = type(batch[0])
    spare = {"id", "public_id", *unique, *keep}
    fields = [field.name for field in table._meta.local_concrete_fields if field.name not in spare]
    table._default_manager.bulk_create(
        batch,
        update_conflicts=bool(fields),
        ignore_conflicts=not fields,
        unique_fields=list(unique) if fields else None,
        update_fields=fields or None,
    )
    return len(batch)


def ids(table: type[models.Model], by: str = "code") -> dict[str, int]:
    """Return the primary key of each row by a unique field."""
    return dict(table._default_manager.values_list(by, "pk"))


def seed_parties(*, parties: Document) -> int:
    """Write organizations, their roles and parents."""
    rows = parties["organizations"]
    with transaction.atomic():
        upsert((_organization(row) for row in rows), unique=["code"], keep=["parent"])
        organizations = Organization.objects.in_bulk(
            [row["code"] for row in rows], field_name="code"
        )
        children = []
        for row in rows:
            organization = organizations[row["code"]]
            parent = organizations[row["parent"]] if row["parent"] else None
            if organization.parent_id != (parent.pk if parent else None):
                organization.parent = parent
                children.append(organization)
        Organization.objects.bulk_update(children, ["parent"])
        roles = [
            OrganizationRole(organization=organizations[row["code"]], role=PartyRole(role))
            for row in rows
            for role in row["roles"]
        ]
        upsert(roles, unique=["organization", "role"])
    return len(rows)


def seed_sites(*, sites: Document) -> int:
    """Write places with their points, parents and opening hours."""
    rows = sites["sites"]
    with transaction.atomic():
        organizations = ids(Organization)
        upsert((_site(row, organizations) for row in rows), unique=["code"], keep=["parent"])
        placed = Site.objects.in_bulk([row["code"] for row in rows], field_name="code")
        children = []
        for row in rows:
            site, parent = placed[row["code"]], placed.get(row["parent"] or "")
            if site.parent_id != (parent.pk if parent else None):
                site.parent = parent
                children.append(site)
        Site.objects.bulk_update(children, ["parent"])
        SiteOpening.objects.filter(site__in=list(placed.values())).delete()
        SiteOpening.objects.bulk_create(
            opening for row in rows for opening in _openings(row, placed[row["code"]])
        )
    return len(rows)


def seed_products(*, products: Document) -> int:
    """Write goods categories with their segregation, and products."""
    with transaction.atomic():
        upsert((GoodsCategory(**row) for row in products["categories"]), unique=["code"])
        categories, owners = ids(GoodsCategory), ids(Organization)
        upsert(
            (
                Product(
                    code=row["code"],
                    owner_id=owners[row["owner"]],
                    category_id=categories[row["category"]],
                    name_zh=row["name_zh"],
                    name_en=row["name_en"],
                    temperature_class=row["temperature_class"],
                    shelf_life_days=row["shelf_life_days"],
                    is_synthetic=row["is_synthetic"],
                )
                for row in products["products"]
            ),
            unique=["owner", "code"],
        )
    return len(products["products"])


def seed_contracts(*, contracts: Document) -> int:
    """Write contracts with their lanes and rates."""
    rows = contracts["contracts"]
    with transaction.atomic():
        organizations = ids(Organization)
        upsert((_contract(row, organizations) for row in rows), unique=["reference"])
        written = ids(Contract, by="reference")
        lanes = [
            ContractLane(contract_id=written[row["reference"]], **lane)
            for row in rows
            for lane in row["lanes"]
        ]
        upsert(lanes, unique=["contract", "origin_prefix", "destination_prefix"])
        rates = [
            ContractRate(contract_id=written[row["reference"]], **rate)
            for row in rows
            for rate in row["rates"]
        ]
        upsert(rates, unique=["contract", "temperature_class"])
    return len(rows)


def _organization(row: Mapping[str, Any]) -> Organization:
    return Organization(
        code=row["code"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        name_pinyin=pinyin(row["name_zh"]),
        uscc=row["uscc"],
        is_synthetic=row["is_synthetic"],
        note=row["note"],
    )


def _site(row: Mapping[str, Any], organizations: Mapping[str, int]) -> Site:
    return Site(
        code=row["code"],
        kind=row["kind"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        name_pinyin=pinyin(row["name_zh"]),
        organization_id=organizations[row["organization"]] if row["organization"] else None,
        adcode=row["adcode"],
        city_zh=row["city_zh"],
        city_en=row["city_en"],
        address=row["address"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        geocode_source=row["coordinate_source"],
        geocode_confidence=CONFIDENCE[row["coordinate_source"]],
        is_synthetic=row["is_synthetic"],
    )


def _openings(row: Mapping[str, Any], site: Site) -> Iterable[SiteOpening]:
    for period in row["opens"]:
        for weekday in period["weekdays"]:
            yield SiteOpening(
                site=site,
                weekday=int(weekday) - 1,
                opens_s=_seconds(period["opens"]),
                closes_s=_seconds(period["closes"]),
            )


def _seconds(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def _contract(row: Mapping[str, Any], organizations: Mapping[str, int]) -> Contract:
    return Contract(
        reference=row["reference"],
        shipper_id=organizations[row["shipper"]] if row["shipper"] else None,
        carrier_id=organizations[row["carrier"]],
        kind=row["kind"],
        free_time_s=row["free_time_s"],
        min_trips=row["min_trips"],
        max_trips=row["max_trips"],
        from_date=date.fromisoformat(row["from_date"]),
        to_date=date.fromisoformat(row["to_date"]) if row["to_date"] else None,
        is_synthetic=row["is_synthetic"],
    )
