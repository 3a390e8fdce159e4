"""Which phases of an excursion still run, and which no longer stand."""

from typing import Final

from warehouses.models import ExcursionPhase

RUNNING: Final = frozenset({ExcursionPhase.OPEN, ExcursionPhase.CLOSING})
DEAD: Final = (ExcursionPhase.WITHDRAWN, ExcursionPhase.MERGED)
