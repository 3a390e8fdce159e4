"""Owns what a dossier takes from the tables: the facts of a shipment, and the readings around its stays."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from logistics.models import Document, HandlingUnit, Shipment, ShipmentLine, Site
from logistics.scoping import Principal
from logistics.temperature import Profile, profile
from warehouses import custody_evidence, streams
from warehouses.custody_evidence import LEAD, TAIL, Surroundings
from warehouses.dossier import blocks, papers
from warehouses.dossier.names import Names, names_for
from warehouses.dossier.records import records
from warehouses.excursion_phases import DEAD
from warehouses.models import Calibration, ColdSpace, Excursion, Sensor, ShipmentVerdict, Stay

# The categories of fresh and frozen meat; what is cooked or cured (processed-meat) travels without.
MEAT_CATEGORIES = frozenset({"fresh-pork", "frozen-meat"})
MEAT_CLASS = "chilled_meat"
QUARANTINE_CERTIFICATE = "animal_quarantine_certificate"


def gather(
    *, shipment: Shipment, at: datetime, reader: Principal
) -> tuple[papers.Facts, papers.Evidence, dict[str, bytes]]:
    """Return facts, evidence and packed readings of a shipment at a moment, as one reader may know them."""
    stays = list(
        Stay.objects.filter(shipment=shipment, from_at__lte=at)
        .select_related("cold_space__keeper")
        .order_by("from_at", "pk")
    )
    around = custody_evidence.surroundings(stays=stays, at=at)
    spaces = {stay.cold_space_id: stay.cold_space for stay in stays}
    parties = [shipment.shipper_id, shipment.consignee_id or 0]
    names = names_for(reader, [*parties, *(space.keeper_id for space in spaces.values())])
    evidence, members = _evidence(spaces, around, shipment.temperature_class, names)
    lines = list(
        ShipmentLine.objects.filter(shipment=shipment)
        .select_related("product__category")
        .order_by("pk")
    )
    documents = list(Document.objects.filter(shipment=shipment).order_by("kind", "pk"))
    current = ShipmentVerdict.objects.filter(shipment=shipment, is_current=True).first()
    facts = papers.Facts(
        format=papers.FORMAT,
        made_s=streams.epoch_s(at),
        subject=_subject(shipment, lines, names),
        profile=profile_paper(profile(shipment.temperature_class)),
        spaces=tuple(names.space(space) for space in spaces.values()),
        stays=tuple(_stay(stay, at) for stay in stays),
        recorded=_recorded(stays, at, names),
        documents=tuple(_document(document) for document in documents),
        missing_documents=_missing(shipment, lines, documents),
        judged_revision=current.revision if current else None,
    )
    return facts, evidence, members


def _subject(shipment: Shipment, lines: Sequence[ShipmentLine], names: Names) -> papers.Subject:
    units = HandlingUnit.objects.filter(shipment=shipment).order_by("sscc")
    return papers.Subject(
        id=shipment.public_id,
        waybill=shipment.waybill,
        reference=shipment.reference,
        temperature_class=shipment.temperature_class,
        status=shipment.status,
        shipper=names.party(shipment.shipper),
        consignee=names.party(shipment.consignee) if shipment.consignee else None,
        origin=_place(shipment.origin),
        destination=_place(shipment.destination),
        weight_kg=shipment.weight_kg,
        n_pallets=shipment.n_pallets,
        lines=tuple(_line(line) for line in lines),
        units=tuple(units.values_list("sscc", flat=True)),
    )


def _line(line: ShipmentLine) -> papers.Line:
    product = line.product
    return papers.Line(
        product=product.code,
        name_zh=product.name_zh,
        name_en=product.name_en,
        gtin=product.gtin,
        category=product.category.code,
        quantity=line.quantity,
        unit=line.unit,
        lot=line.lot,
        produced_on=_day(line.produced_date),
        expires_on=_day(line.expires_date),
    )


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _place(site: Site) -> papers.Place:
    return papers.Place(id=site.public_id, name_zh=site.name_zh, name_en=site.name_en)


def _stay(stay: Stay, at: datetime) -> papers.StayPaper:
    is_open = stay.to_at is None or stay.to_at > at
    from_s = streams.epoch_s(stay.from_at)
    to_s = streams.epoch_s(at if stay.to_at is None or stay.to_at > at else stay.to_at)
    return papers.StayPaper(
        space=stay.cold_space.public_id, from_s=from_s, to_s=max(from_s, to_s), is_open=is_open
    )


def _document(document: Document) -> papers.DocumentPaper:
    return papers.DocumentPaper(
        id=document.public_id,
        kind=document.kind,
        media_type=document.media_type,
        size_bytes=document.size_bytes,
        sha256=document.sha256,
    )


def _missing(
    shipment: Shipment, lines: Sequence[ShipmentLine], documents: Sequence[Document]
) -> tuple[str, ...]:
    """Name the papers that this transport must have and has not: meat its animal quarantine certificate."""
    is_meat = shipment.temperature_class == MEAT_CLASS or any(
        line.product.category.code in MEAT_CATEGORIES for line in lines
    )
    has_it = any(document.kind == QUARANTINE_CERTIFICATE for document in documents)
    return (QUARANTINE_CERTIFICATE,) if is_meat and not has_it else ()


def profile_paper(in_force: Profile) -> papers.ProfilePaper:
    """Return the profile with its limits for rooms and vehicles, as the judge takes them."""
    accept = in_force.accept
    room, vehicle = (
        streams.limits_of(in_force, is_vehicle=is_vehicle) for is_vehicle in (False, True)
    )
    return papers.ProfilePaper(
        key=in_force.key,
        name_zh=in_force.name_zh,
        name_en=in_force.name_en,
        room=room,
        vehicle=vehicle,
        accept_lowest_centi_c=_centi(accept.lowest_c),
        accept_highest_centi_c=_centi(accept.highest_c),
        least_coverage_percent=in_force.least_coverage_percent,
        sources=tuple(
            papers.ProfileSource(fields=s.fields, standard=s.standard, is_ours=s.is_ours)
            for s in in_force.sources
        ),
    )


def _centi(value_c: float | None) -> int | None:
    return None if value_c is None else streams.centi(value_c)


def _recorded(stays: Sequence[Stay], at: datetime, names: Names) -> tuple[papers.Recorded, ...]:
    """Return the excursions on record that overlap a stay; each once per stay that it touches."""
    rows = (
        Excursion.objects.filter(cold_space_id__in={stay.cold_space_id for stay in stays})
        .exclude(phase__in=DEAD)
        .order_by("started_at", "pk")
    )
    found = []
    for row in rows:
        for stay in stays:
            ends_at = stay.to_at or at
            is_there = row.cold_space_id == stay.cold_space_id and row.started_at < ends_at
            if is_there and (row.ended_at is None or row.ended_at >= stay.from_at):
                found.append(_record(row, stay, names))
    return tuple(found)


def _record(row: Excursion, stay: Stay, names: Names) -> papers.Recorded:
    is_known = names.knows(stay.cold_space.keeper_id)
    return papers.Recorded(
        id=row.public_id,
        space=stay.cold_space.public_id,
        from_s=streams.epoch_s(row.started_at),
        to_s=streams.epoch_s(row.ended_at) if row.ended_at else None,
        severity=row.severity,
        profile=row.profile_version,
        revision=row.revision,
        cause=row.cause if is_known else "",
        disposition=row.disposition,
        meaning=row.meaning if is_known else "",
    )


def _evidence(
    spaces: Mapping[int, ColdSpace],
    around: Surroundings,
    temperature_class: str,
    names: Names,
) -> tuple[papers.Evidence, dict[str, bytes]]:
    contexts = streams.contexts_of(around.periods, since_at=around.earliest)
    airs = []
    for pk, (low, high) in around.periods.items():
        from_s, to_s = streams.epoch_s(low - LEAD), streams.epoch_s(high + TAIL)
        windows = [w for w in contexts[pk].windows if w.from_s < to_s and from_s < w.to_s]
        airs.append(
            papers.AirPaper(
                space=spaces[pk].public_id,
                contexts=tuple(
                    papers.ContextPaper(kind=w.kind, from_s=w.from_s, to_s=w.to_s) for w in windows
                ),
                known=tuple(
                    papers.KnownPaper(from_s=k.from_s, to_s=k.to_s, is_released=k.is_released)
                    for k in around.known.get(pk, ())
                ),
            )
        )
    sensors: list[papers.SensorPaper] = []
    members: dict[str, bytes] = {}
    heard = list(Sensor.objects.filter(cold_space_id__in=spaces).order_by("pk"))
    kept = records(
        {
            sensor.pk: (low - LEAD, high + TAIL)
            for sensor in heard
            for low, high in (around.periods[sensor.cold_space_id],)
        }
    )
    certificates = _certificates([sensor.pk for sensor in heard], around.periods.values())
    for sensor in heard:
        space = spaces[sensor.cold_space_id]
        limits = streams.limits_of(profile(temperature_class), is_vehicle=space.is_vehicle)
        sealed = blocks.seal_hours(sensor.public_id, kept[sensor.pk], max_gap_s=limits.max_gap_s)
        members |= blocks.payloads_of(sealed)
        sensors.append(
            papers.SensorPaper(
                id=sensor.public_id,
                code=names.sensor(sensor, space),
                space=space.public_id,
                calibrated_on=_day(sensor.calibrated_date),
                calibration_due_on=_day(sensor.calibration_due_date),
                blocks=tuple(blocks.paper_of(block) for block in sealed),
                offsets=certificates.get(sensor.pk, ()),
            )
        )
    return papers.Evidence(airs=tuple(airs), sensors=tuple(sensors)), members


def _certificates(
    sensor_ids: Sequence[int], periods: Iterable[tuple[datetime, datetime]]
) -> dict[int, tuple[papers.OffsetPaper, ...]]:
    """Return what certificates add to the sensors' values while the goods were there, in one query."""
    low = min((from_at for from_at, _ in periods), default=None)
    if low is None:
        return {}
    found: dict[int, tuple[papers.OffsetPaper, ...]] = {}
    rows = Calibration.objects.filter(sensor_id__in=sensor_ids).order_by("sensor_id", "from_at")
    for row in rows:
        if row.to_at is not None and row.to_at <= low - LEAD:
            continue
        paper = papers.OffsetPaper(
            certificate=row.certificate,
            from_s=streams.epoch_s(row.from_at),
            to_s=streams.END_OF_TIME_S if row.to_at is None else streams.epoch_s(row.to_at),
            offset_centi_c=row.offset_centi_c,
        )
        found[row.sensor_id] = (*found.get(row.sensor_id, ()), paper)
    return found
