"""Places as travel providers see them: a name for people, and a point that is the key of what is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from logistics.models import Site
from routing.engine.columns import Ints, ProblemError

STEPS_PER_DEGREE = 100_000
"""Points closer than a hundred-thousandth of a degree, 1.1 m, are one place."""
N_LONGITUDES = 360 * STEPS_PER_DEGREE + 1

Degrees = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Points with the codes of their sites, in an order that answers follow."""

    refs: tuple[str, ...]
    latitude: Degrees
    longitude: Degrees

    @classmethod
    def of(cls, sites: Sequence[Site]) -> Self:
        """Return the places of sites."""
        return cls(
            tuple(site.code for site in sites),
            np.array([site.latitude for site in sites], dtype=np.float64),
            np.array([site.longitude for site in sites], dtype=np.float64),
        )

    def __len__(self) -> int:
        return len(self.refs)

    def take(self, rows: Ints) -> Self:
        """Return the places of some rows, in the order of the rows."""
        refs = tuple(self.refs[row] for row in rows)
        return type(self)(refs, self.latitude[rows], self.longitude[rows])

    def keys(self) -> Ints:
        """Return a whole number for each point, the same for points of one place; or raise ProblemError."""
        refuse_bad_points(self)
        north = np.rint((self.latitude + 90.0) * STEPS_PER_DEGREE).astype(np.int64)
        east = np.rint((self.longitude + 180.0) * STEPS_PER_DEGREE).astype(np.int64)
        return north * N_LONGITUDES + east


def refuse_bad_points(places: Places) -> None:
    """Raise ProblemError for the first place whose point is no number or not on the earth."""
    for field, values, limit in (
        ("latitude", places.latitude, 90.0),
        ("longitude", places.longitude, 180.0),
    ):
        bad = np.flatnonzero(~(np.abs(values) <= limit))
        if bad.size:
            row = int(bad[0])
            message = f"{places.refs[row]}: {field} {values[row]:g} is not between -{limit:g} and {limit:g}"
            raise ProblemError(message, field=field, row=row)
