"""The one door to numba: typed decorators for code that is compiled once and cached on disk."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

import llvmlite.binding
import numba
from numba.core import config as numba_config

F = TypeVar("F", bound=Callable[..., Any])
config = cast("Any", numba_config)

# Short loops gain nothing from vectors, and looking for some takes a sixth of the compile time.
config.LOOP_VECTORIZE = 0

_IMPORT = re.compile(r"^from (routing\.engine[\w.]*) import (\w*)", re.MULTILINE)
_NO_WRAPPERS = ("no_cpython_wrapper", "no_cfunc_wrapper")
_ROOT = Path(__file__).resolve().parents[2]


def compiled(function: F) -> F:
    """Compile `function` on first call, cache it on disk, and release the GIL while it runs."""
    return _cached(function)


def inlined(function: F) -> F:
    """Compile `function` into its callers: for the small ones that a hot loop calls."""
    return _cached(function, inline="always")


def part(function: F) -> F:
    """Compile `function` for compiled callers only: Python cannot call it, which saves its wrappers."""
    return _cached(function, is_part=True)


def bare(function: F) -> F:
    """Compile without counting references: for hot code that is given all its arrays, makes none.

    Reading an array out of a named tuple is then free.
    """
    return _cached(function, counts_references=False)


def bare_part(function: F) -> F:
    """Compile as `bare` does, for compiled callers only."""
    return _cached(function, is_part=True, counts_references=False)


def _cached(
    function: F,
    *,
    inline: Literal["never", "always"] = "never",
    is_part: bool = False,
    counts_references: bool = True,
) -> F:
    """Keep the machine code in a folder named by the sources that went into it.

    numba itself watches the function's own file only, and would run a caller with the old code
    of what it calls.
    """
    options: dict[str, Any] = dict.fromkeys(_NO_WRAPPERS, is_part)
    if not counts_references:
        options["_nrt"] = False
    with _cache_of(function):
        made = numba.njit(cache=True, nogil=True, inline=inline, error_model="numpy", **options)
        return cast("F", made(function))


_OFFERED: dict[str, Any] = {}
"""What is offered must live as long as the process."""


def offer(name: str, function: Callable[..., Any], signature: Any) -> None:
    """Compile `function` now and offer it under `name` to compiled code that declares it external.

    Code that calls it so is compiled without it: a large function in many callers costs minutes.
    """
    with _cache_of(function):
        made: Any = numba.cfunc(signature, cache=True, error_model="numpy")(function)
    _OFFERED[name] = made
    llvmlite.binding.add_symbol(name, made.address)


def is_offered(name: str) -> bool:
    """Say whether some function is offered under this name."""
    return name in _OFFERED


@contextmanager
def _cache_of(function: Callable[..., Any]) -> Iterator[None]:
    path = Path(function.__code__.co_filename).resolve()
    before = config.CACHE_DIR
    folder = Path(before) if before else path.parent / "__pycache__"
    config.CACHE_DIR = str(folder / f"compiled-{_digest(path)}")
    try:
        yield
    finally:
        config.CACHE_DIR = before


@cache
def _digest(path: Path) -> str:
    """Return a digest of the file and of every file of the engine that it imports."""
    seen, todo = {path: path.read_bytes()}, [path]
    while todo:
        for package, name in _IMPORT.findall(seen[todo.pop()].decode()):
            stem = _ROOT.joinpath(*package.split("."))
            for found in (stem.with_suffix(".py"), stem / "__init__.py", stem / f"{name}.py"):
                if found not in seen and found.is_file():
                    seen[found] = found.read_bytes()
                    todo.append(found)
    digest = hashlib.sha256()
    for source in sorted(seen):
        digest.update(seen[source])
    return digest.hexdigest()[:16]
