"""Cuts the ways that are still unknown into few requests, each within what a provider takes."""

from collections.abc import Iterator

import numpy as np

from routing.engine.columns import Bools, Ints

MOST_SHAPES = 8
"""More kinds of rows than this are asked for as one rectangle: fewer requests, some ways asked again."""


def blocks(missing: Bools, *, most_places: int) -> Iterator[tuple[Ints, Ints]]:
    """Yield sources and targets whose tables together hold every missing way of [n, n].

    No block names more than `most_places` different places.
    """
    for sources, targets in _rectangles(missing):
        if len(np.union1d(sources, targets)) <= most_places:
            yield sources, targets
            continue
        half = most_places // 2
        n_targets = most_places - min(len(sources), half)
        n_sources = most_places - min(len(targets), n_targets)
        for first_source in range(0, len(sources), n_sources):
            for first_target in range(0, len(targets), n_targets):
                yield (
                    sources[first_source : first_source + n_sources],
                    targets[first_target : first_target + n_targets],
                )


def _rectangles(missing: Bools) -> Iterator[tuple[Ints, Ints]]:
    """Yield rows of the same shape together: after a new site its row is one, its column the other."""
    unknown = missing.copy()
    np.fill_diagonal(unknown, val=False)
    rows = np.flatnonzero(unknown.any(axis=1))
    if not rows.size:
        return
    # Nobody needs the way from a place to itself, so it takes the side of its row.
    mostly = unknown.sum(axis=1) * 2 >= len(missing) - 1
    np.fill_diagonal(unknown, mostly)
    shapes, shape_of = np.unique(unknown[rows], axis=0, return_inverse=True)
    if len(shapes) > MOST_SHAPES:
        yield rows, np.flatnonzero(unknown.any(axis=0))
        return
    for number, shape in enumerate(shapes):
        yield rows[shape_of.ravel() == number], np.flatnonzero(shape)
