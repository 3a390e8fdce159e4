"""Owns the sealed blocks inside a dossier: readings in and out, and whether a chain is what was sealed."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from warehouses.compliance import sealed
from warehouses.compliance.behavior import without_spikes
from warehouses.compliance.correction import corrected_readings
from warehouses.compliance.quality import Quality
from warehouses.compliance.readings import NO_READINGS, Readings, frozen
from warehouses.compliance.sealed import HOUR_S, BlockError, Contents, Place, SealedBlock, Sums
from warehouses.dossier.papers import BlockPaper, OffsetPaper, SensorPaper

# Sums of floats may differ in the last digits from one processor to another.
_SAME = 1e-9


def seal_hours(sensor: str, contents: Contents, *, max_gap_s: int) -> list[SealedBlock]:
    """Seal the readings of one sensor hour by hour, each block chained to the one before."""
    blocks: list[SealedBlock] = []
    hours = contents.at_s // HOUR_S
    previous = sealed.GENESIS
    for hour in np.unique(hours).tolist():
        place = Place(sensor, hour * HOUR_S, 1, len(blocks) + 1)
        block = sealed.seal(
            contents.at(hours == hour), place, max_gap_s=max_gap_s, previous=previous
        )
        blocks.append(block)
        previous = block.digest
    return blocks


def member_of(sensor: str, hour_s: int) -> str:
    """Return the name under which the packed readings of an hour lie in the file."""
    return f"blocks/{sensor}/{hour_s}.bin"


def paper_of(block: SealedBlock) -> BlockPaper:
    """Return a block's header as the evidence lists it."""
    place, sums = block.place, block.sums
    return BlockPaper(
        hour_s=place.hour_s,
        revision=place.revision,
        number=place.number,
        n=sums.n,
        least_centi_c=sums.least_centi_c,
        most_centi_c=sums.most_centi_c,
        max_gap_s=sums.max_gap_s,
        span_s=sums.span_s,
        covered_s=sums.covered_s,
        weighted_s=sums.weighted_s,
        previous=block.previous.hex(),
        digest=block.digest.hex(),
        member=member_of(place.sensor, place.hour_s),
    )


def contents_of(sensor: SensorPaper, members: Mapping[str, bytes]) -> Contents | None:
    """Return all readings of a sensor, or None of none; raises BlockError."""
    papers = sensor.blocks
    payloads = [members[paper.member] for paper in papers]
    return sealed.unpack(payloads, [p.hour_s for p in papers], [p.n for p in papers])


def readings_of(contents: Contents | None, offsets: Sequence[OffsetPaper] = ()) -> Readings:
    """Return what the judge reads: without what the sensor cannot have measured and spikes, with its offsets."""
    if contents is None:
        return NO_READINGS
    kept = contents.at((contents.flags & Quality.RANGE) == 0)
    periods = [(one.from_s, one.to_s, one.offset_centi_c) for one in offsets]
    return corrected_readings(
        without_spikes(Readings(frozen(kept.at_s), frozen(kept.centi_c))), periods
    )


def faults(sensor: SensorPaper, members: Mapping[str, bytes]) -> Iterator[tuple[str, str, str]]:
    """Yield where a sensor's chain is not what was sealed, what it says there and what was found."""
    previous = sealed.GENESIS.hex()
    for number, paper in enumerate(sensor.blocks, start=1):
        where = paper.member
        expected = member_of(sensor.id, paper.hour_s)
        if paper.member != expected:
            yield f"evidence.json: block {number} of {sensor.code}", paper.member, expected
        elif paper.member not in members:
            yield where, "a block", "no such member"
        elif paper.previous != previous:
            yield f"{where}: previous hash", paper.previous, previous
        elif paper.number != number:
            yield f"{where}: place in the chain", str(paper.number), str(number)
        else:
            yield from _faults_of(sensor, paper, members[paper.member])
        previous = paper.digest


def _faults_of(
    sensor: SensorPaper, paper: BlockPaper, payload: bytes
) -> Iterator[tuple[str, str, str]]:
    place = Place(sensor.id, paper.hour_s, paper.revision, paper.number)
    stated = Sums(
        paper.n,
        paper.least_centi_c,
        paper.most_centi_c,
        paper.max_gap_s,
        paper.span_s,
        paper.covered_s,
        paper.weighted_s,
    )
    digest = sealed.digest(place, stated, payload, bytes.fromhex(paper.previous)).hex()
    if digest != paper.digest:
        yield f"{paper.member}: hash", paper.digest, digest
        return
    try:
        contents = sealed.unpack([payload], [paper.hour_s], [paper.n])
    except (BlockError, ValueError) as error:
        yield paper.member, "readings", str(error)
        return
    found = _sums_of(contents, paper.max_gap_s)
    if found is None or not _is_same(found, stated):
        yield f"{paper.member}: sums", str(stated), str(found)


def _sums_of(contents: Contents | None, max_gap_s: int) -> Sums | None:
    return sealed.sums_of(contents, max_gap_s) if contents is not None and len(contents) else None


def _is_same(found: Sums, stated: Sums) -> bool:
    is_close = math.isclose(found.weighted_s, stated.weighted_s, rel_tol=_SAME)
    return is_close and replace(found, weighted_s=stated.weighted_s) == stated


def payloads_of(blocks: Sequence[SealedBlock]) -> dict[str, bytes]:
    """Return the members that hold the packed readings."""
    return {member_of(b.place.sensor, b.place.hour_s): b.payload for b in blocks}
