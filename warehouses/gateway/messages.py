"""What devices say over MQTT: the topic names the device, the payload a number, readings or events of a space."""

from dataclasses import dataclass, replace
from typing import Annotated

import msgspec

from warehouses import reading_bodies, space_event_bodies
from warehouses.reading_bodies import Decoded
from warehouses.space_event_bodies import DecodedEvents

READINGS, SPACE_EVENTS, ACK, REJECTED = "readings", "space-events", "ack", "rejected"
MAX_ROWS = 5_000
MAX_SERIAL = 48
NOTHING = Decoded([], (), [])
NO_EVENTS = DecodedEvents((), (), ())

Number = Annotated[int, msgspec.Meta(ge=1, le=1 << 53)]


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The payload: `seq` counts a device's messages of one `run` from 1; it holds none before `oldest`."""

    seq: Number
    run: Annotated[str, msgspec.Meta(max_length=40)] = ""
    oldest: Number = 1
    readings: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    events: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, slots=True)
class Message:
    """One readable message: whose, which number, and its rows."""

    topic: str
    serial: str
    envelope: Envelope
    decoded: Decoded = NOTHING
    events: DecodedEvents = NO_EVENTS
    payload: bytes = b""


class Poison(ValueError):
    """A message that no repetition makes readable; the text says why."""

    code = "malformed_body"

    @property
    def detail(self) -> str:
        """What a person is told."""
        return str(self)


class UnknownTopic(Poison):
    """Nobody we know speaks there."""

    code = "unknown_topic"


class TooLarge(Poison):
    """More rows than one message may have."""

    code = "body_too_large"


class CannotBeKept(Poison):
    """Readable, but no table takes it."""

    code = "cannot_be_kept"


_envelope = msgspec.json.Decoder(Envelope)


def read(topic: str, payload: bytes) -> Message:
    """Read a message of a device; raises Poison."""
    kind, _slash, serial = topic.partition("/")
    if kind not in {READINGS, SPACE_EVENTS} or not serial or len(serial) > MAX_SERIAL:
        msg = f"no device speaks on {topic[:80]!r}"
        raise UnknownTopic(msg)
    try:
        envelope = _envelope.decode(payload)
        if kind == SPACE_EVENTS:
            return replace(_read_events(topic, serial, envelope), payload=payload)
        return replace(_read_readings(topic, serial, envelope), payload=payload)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Poison(str(error)) from error
    except reading_bodies.Unreadable as error:
        msg = f"rows: {error}"
        raise Poison(msg) from error
    except reading_bodies.TooManyRows as error:
        msg = f"{error}; at most {MAX_ROWS} are read"
        raise TooLarge(msg) from error


def _read_readings(topic: str, serial: str, envelope: Envelope) -> Message:
    if envelope.readings is msgspec.UNSET:
        msg = "the message has no member `readings`"
        raise Poison(msg)
    decoded = reading_bodies.from_array(envelope.readings, most=MAX_ROWS)
    return Message(topic, serial, envelope, decoded=decoded)


def _read_events(topic: str, serial: str, envelope: Envelope) -> Message:
    if envelope.events is msgspec.UNSET:
        msg = "the message has no member `events`"
        raise Poison(msg)
    events = space_event_bodies.from_array(envelope.events, most=MAX_ROWS)
    return Message(topic, serial, envelope, events=events)
