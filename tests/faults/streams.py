"""What the sensors of a fault run measure: a seeded stream a space, with excursions and what only looks like one."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

INTERVAL_S = 300
COLD, WARM, HOT = -2000, -1400, -1000  # hundredths of a degree; the band of a vehicle ends at -15
LOST_S = 1800  # a silence longer than the class allows


@dataclass(frozen=True, slots=True)
class Row:
    """One reading: sensor, seconds since the epoch, hundredths of a degree."""

    sensor: str
    at_s: int
    centi_c: int

    @property
    def body(self) -> dict[str, Any]:
        """It as devices send it."""
        measured_at = datetime.fromtimestamp(self.at_s, UTC).isoformat()
        return {"sensor": self.sensor, "measured_at": measured_at, "value_c": self.centi_c / 100}


def stream(sensor: str, dice: random.Random, start_s: int) -> list[Row]:
    """Return the life of one space; three of five end beyond the band, so their alarms must call."""
    parts = [
        part
        for _ in range(dice.randint(1, 4))
        for part in ((COLD, dice.randint(3, 15)), _episode(dice))
    ]
    parts.append((COLD, 6) if dice.random() < 0.4 else (dice.choice((WARM, HOT)), 8))
    rows: list[Row] = []
    at_s = start_s
    for level, length in parts:
        for _ in range(length):
            at_s += INTERVAL_S
            rows.append(Row(sensor, at_s, level + dice.randint(-60, 60)))
        if dice.random() < 0.1:
            at_s += LOST_S
    return rows


def _episode(dice: random.Random) -> tuple[int, int]:
    """Return a stretch beyond the band: an excursion, or one too short to be one."""
    return (WARM, dice.randint(1, 3)) if dice.random() < 0.4 else (WARM, dice.randint(5, 9))


def batches(rows: list[Row], dice: random.Random) -> list[list[Row]]:
    """Cut a stream into what is sent at once; some of it late, so that it is judged again."""
    cut: list[list[Row]] = []
    first = 0
    while first < len(rows):
        size = dice.randint(2, 9)
        cut.append(rows[first : first + size])
        first += size
    for place in range(len(cut) - 1):
        if dice.random() < 0.15:
            cut[place], cut[place + 1] = cut[place + 1], cut[place]
    return cut
