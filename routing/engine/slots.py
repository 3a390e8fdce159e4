"""Where and when a trip loads."""

from typing import NamedTuple


class Slot(NamedTuple):
    """A dock and the moment in which loading starts there."""

    dock: int
    from_s: int


Slots = tuple[Slot, ...]
"""One slot per loading of a trip, in the order of loading."""
