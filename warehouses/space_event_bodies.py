"""Events of cold spaces as JSON, decoded row by row; the same over REST and MQTT."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from warehouses import reading_bodies
from warehouses.models import SpaceEventKind
from warehouses.reading_bodies import RowFault, TooManyRows, Unreadable
from warehouses.space_events import NewSpaceEvent


class EventRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A door, a defrost, a power cut or a loading of one space; without `to_at` it goes on."""

    cold_space: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    kind: Literal["door", "defrost", "power", "loading"]
    from_at: Annotated[datetime, msgspec.Meta(tz=True)]
    to_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None

    def of(self, cold_space_id: int | None) -> NewSpaceEvent:
        """Return the event of a space found by its code; 0 stands for none."""
        kind = SpaceEventKind(self.kind)
        return NewSpaceEvent(cold_space_id or 0, kind, self.from_at, self.to_at)


@dataclass(frozen=True, slots=True)
class DecodedEvents:
    """The readable rows, the line of each, and what is wrong with the others."""

    rows: Sequence[EventRow]
    lines: Sequence[int]
    faults: Sequence[RowFault]


_raws = msgspec.json.Decoder(list[msgspec.Raw])
_event = msgspec.json.Decoder(EventRow)


def from_array(body: bytes | msgspec.Raw, *, most: int) -> DecodedEvents:
    """Decode a JSON array of events; raises Unreadable and TooManyRows."""
    try:
        raws = _raws.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from error
    if len(raws) > most:
        raise TooManyRows(len(raws))
    rows: list[EventRow] = []
    lines: list[int] = []
    faults: list[RowFault] = []
    for line, raw in enumerate(raws):
        try:
            row = _event.decode(raw)
        except (msgspec.DecodeError, RecursionError) as error:
            faults.append(reading_bodies.fault(line, str(error)))
            continue
        for name, at in (("from_at", row.from_at), ("to_at", row.to_at)):
            if at is not None and not reading_bodies.is_of_this_century(at):
                faults.append(reading_bodies.impossible_time(line, name))
                break
        else:
            rows.append(row)
            lines.append(line)
    return DecodedEvents(rows, lines, faults)
