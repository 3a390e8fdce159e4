"""Keeps what online geocoders answered, so that each text is asked about once."""

from dataclasses import asdict, dataclass

from routing.models import GeocodedText

LONGEST_TEXT = 240


@dataclass(frozen=True, slots=True)
class Found:
    """A place that a service knows, in WGS-84; `confidence` runs from 0 to 1."""

    label: str
    latitude: float
    longitude: float
    confidence: float


def kept_places(*, service: str, text: str) -> list[Found] | None:
    """Return what a service answered for a text, None where it was never asked."""
    rows = GeocodedText.objects.filter(service=service, text=_key(text))
    places = rows.values_list("places", flat=True).first()
    return None if places is None else [Found(**place) for place in places]


def keep_places(*, service: str, text: str, places: list[Found]) -> None:
    """Write what a service answered, in place of what it answered before."""
    row = GeocodedText(service=service, text=_key(text), places=[asdict(place) for place in places])
    GeocodedText.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["service", "text"], update_fields=["places"]
    )


def _key(text: str) -> str:
    return " ".join(text.split())[:LONGEST_TEXT]
