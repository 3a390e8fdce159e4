"""The one door to numba: typed decorators for code that is compiled once and cached on disk."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile `function` on first call, cache it on disk, and release the GIL while it runs."""
    return cast("F", numba.njit(cache=True, nogil=True)(function))


def inlined(function: F) -> F:
    """Compile `function` into its callers: for the small ones that a hot loop calls."""
    return cast("F", numba.njit(cache=True, nogil=True, inline="always")(function))
