"""Owns the limits a stream is judged by, as plain numbers."""

from dataclasses import dataclass, fields

# Wide enough for any sensor, narrow enough that sums stay far from the end of int64.
OPEN_CENTI_C = 100_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one stream is judged by; a side that is ``None`` is open.

    Attributes
    ----------
    lowest_centi_c, highest_centi_c
        The band, both ends allowed.
    hard_lowest_centi_c, hard_highest_centi_c
        Beyond these an excursion opens at once, whatever excuses there are.
    tolerance_s
        An excursion opens when the air was beyond the band for longer than this.
    hysteresis_centi_c
        It recovers only this far inside the band.
    return_delay_s
        It closes when it stayed recovered for this long.
    merge_gap_s
        An excursion that starts this soon after the last one ended continues it.
    max_gap_s
        Two readings further apart than this leave a gap.
    max_gap_beyond_s
        The same for the coverage after a reading beyond the band, where more is asked for (GSP appendix 3:
        a record every 2 minutes while out of range); ``None`` for no more. It ends no excursion: that the
        air was out stays known, only that it was recorded as required is not.
    context_rise_centi_c, context_max_s
        A door, defrost or loading extends the tolerance by the time it lasted, while the air is
        at most this far beyond the band, and by this much in all. (ATP annex 2: a defrost may
        raise part of the load by at most 3 °C for a short time.)
    major_degree_minutes, critical_degree_minutes
        The ladder of severity.
    """

    lowest_centi_c: int | None
    highest_centi_c: int | None
    tolerance_s: int
    max_gap_s: int
    hard_lowest_centi_c: int | None = None
    hard_highest_centi_c: int | None = None
    hysteresis_centi_c: int = 0
    return_delay_s: int = 0
    merge_gap_s: int = 0
    context_rise_centi_c: int = 300
    context_max_s: int = 0
    major_degree_minutes: int = 60
    critical_degree_minutes: int = 300
    max_gap_beyond_s: int | None = None

    def __post_init__(self) -> None:
        """Refuse limits that no air could meet, and times that run backwards."""
        if self.low > self.high:
            message = f"the band is upside down: {self.low} is above {self.high}"
            raise ValueError(message)
        if self.hard_low > self.low or self.hard_high < self.high:
            message = "a hard limit lies inside the band"
            raise ValueError(message)
        if self.low + self.hysteresis_centi_c > self.high - self.hysteresis_centi_c:
            message = f"hysteresis {self.hysteresis_centi_c} leaves no band to recover into"
            raise ValueError(message)
        for field in fields(self):
            value = getattr(self, field.name)
            is_end = field.name.endswith(("lowest_centi_c", "highest_centi_c"))
            if not is_end and value is not None and value < 0:
                message = f"{field.name} is negative: {value}"
                raise ValueError(message)

    @property
    def low(self) -> int:
        """The lower end of the band."""
        return -OPEN_CENTI_C if self.lowest_centi_c is None else self.lowest_centi_c

    @property
    def high(self) -> int:
        """The upper end of the band."""
        return OPEN_CENTI_C if self.highest_centi_c is None else self.highest_centi_c

    @property
    def hard_low(self) -> int:
        """The lower hard limit."""
        return -OPEN_CENTI_C if self.hard_lowest_centi_c is None else self.hard_lowest_centi_c

    @property
    def hard_high(self) -> int:
        """The upper hard limit."""
        return OPEN_CENTI_C if self.hard_highest_centi_c is None else self.hard_highest_centi_c
