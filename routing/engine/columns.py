"""Read-only columns of a problem, and the sentence that names the row and field of a wrong value."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MAX_VALUE = 1 << 40
"""No quantity or moment of a problem is larger, so that sums of them stay whole and exact."""

MAX_SHOWN = 40
"""Characters of a wrong value that a sentence shows."""

FILLED: Any = None
"""Default of a column that its table fills itself."""


class ProblemError(ValueError):
    """A value that no planning problem may hold.

    Attributes
    ----------
    field
        Dotted name of the field, for example ``loads.weight_kg``.
    row
        Zero-based row within the field, or None when the whole field is wrong.
    """

    def __init__(self, message: str, *, field: str, row: int | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.row = row


def refs_column(field: str, values: Any) -> tuple[str, ...]:
    """Return the references of a table's rows, which must be unique and not empty."""
    _refuse_no_list(field, values)
    refs = tuple(values)
    seen: dict[str, int] = {}
    for row, ref in enumerate(refs):
        if not isinstance(ref, str):
            message = f"{field}: row {row} is {_shown(ref)}, not a text"
            raise ProblemError(message, field=field, row=row)
        if not ref:
            message = f"{field}: row {row} has an empty reference"
            raise ProblemError(message, field=field, row=row)
        if ref in seen:
            message = f"{field}: row {row} repeats the reference {ref!r} of row {seen[ref]}"
            raise ProblemError(message, field=field, row=row)
        seen[ref] = row
    return tuple(map(str, refs))


def row_names(field: str, values: Any, what: str) -> list[str]:
    """Return what the rows of a column are called that has no references."""
    _refuse_no_list(field, values)
    return [f"{what} {row}" for row in range(len(values))]


def int_column(
    field: str,
    values: Any,
    refs: Sequence[str],
    *,
    low: int | None = 0,
    high: int | None = None,
) -> Ints:
    """Return `values` as a read-only column of whole numbers between `low` and `high`, ends in.

    Raises
    ------
    ProblemError
        When the length is not that of `refs`, or a value is no whole number or out of bounds.
    """
    column = _whole(field, values, refs)
    if column.shape != (len(refs),):
        message = f"{field}: {column.shape} values for {len(refs)} rows"
        raise ProblemError(message, field=field)
    _refuse(column < low if low is not None else None, field, column, refs, f"is below {low}")
    _refuse(column > high if high is not None else None, field, column, refs, f"is above {high}")
    return column


def bool_column(field: str, values: Any, refs: Sequence[str]) -> Bools:
    """Return `values` as a read-only column of truth values."""
    column = _truths(field, values, refs)
    if column.shape != (len(refs),):
        message = f"{field}: {column.shape} values for {len(refs)} rows"
        raise ProblemError(message, field=field)
    return column


def int_matrix(field: str, values: Any, n: int) -> Ints:
    """Return an n × n read-only matrix of whole numbers ≥ 0 with a zero diagonal."""
    refs = [str(row) for row in range(n)]
    _refuse_ragged(field, values)
    matrix = _whole(field, values, refs)
    if n == 0 and matrix.size == 0:
        matrix = np.zeros((0, 0), dtype=np.int64)
        matrix.setflags(write=False)
    if matrix.shape != (n, n):
        message = f"{field}: shape {matrix.shape} where {(n, n)} was expected"
        raise ProblemError(message, field=field)
    negative: Bools = np.asarray((matrix < 0).any(axis=1))
    _refuse(negative, field, matrix, refs, "holds a negative value")
    _refuse(matrix.diagonal() != 0, field, matrix, refs, "has a way to itself that is not 0")
    return matrix


def refuse_rows(bad: Bools, field: str, refs: Sequence[str], sentence: str) -> None:
    """Raise for the first row that is `bad`, naming row and field."""
    rows = np.flatnonzero(bad)
    if rows.size:
        row = int(rows[0])
        message = f"{field}: row {row} ({refs[row]}) {sentence}"
        raise ProblemError(message, field=field, row=row)


def bool_matrix(field: str, values: Any, n: int) -> Bools:
    """Return a symmetric n × n read-only matrix of truth values."""
    _refuse_ragged(field, values)
    matrix = _truths(field, values, [str(row) for row in range(n)])
    if n == 0 and matrix.size == 0:
        matrix = np.zeros((0, 0), dtype=np.bool_)
        matrix.setflags(write=False)
    if matrix.shape != (n, n):
        message = f"{field}: shape {matrix.shape} where {(n, n)} was expected"
        raise ProblemError(message, field=field)
    if (matrix != matrix.T).any():
        message = f"{field}: the matrix is not symmetric"
        raise ProblemError(message, field=field)
    return matrix


def no_rows() -> Ints:
    """Return an empty read-only column."""
    column = np.zeros(0, dtype="<i8")
    column.setflags(write=False)
    return column


def set_field(table: object, name: str, value: object) -> None:
    """Set a field of a frozen table while it is made."""
    object.__setattr__(table, name, value)


def set_ints(
    table: Any, label: str, refs: Sequence[str], names: Iterable[str], low: int | None = 0
) -> None:
    """Check the named columns of a table: whole numbers from `low` to the largest allowed."""
    low = -MAX_VALUE if low is None else low
    for name in names:
        values = getattr(table, name)
        column = int_column(f"{label}.{name}", values, refs, low=low, high=MAX_VALUE)
        set_field(table, name, column)


def set_bools(table: Any, label: str, refs: Sequence[str], names: Iterable[str]) -> None:
    """Check the named columns of a table: truth values."""
    for name in names:
        set_field(table, name, bool_column(f"{label}.{name}", getattr(table, name), refs))


def set_masks(table: Any, label: str, refs: Sequence[str], names: Iterable[str]) -> None:
    """Check the named columns of a table: sets of classes or carriers as bits."""
    for name in names:
        set_field(table, name, int_column(f"{label}.{name}", getattr(table, name), refs))


def fill(table: Any, default_of: dict[str, Any]) -> None:
    """Give every row the default of each column that was left out; a default may be a column."""
    for name, default in default_of.items():
        if getattr(table, name) is FILLED:
            is_column = not np.isscalar(default)
            set_field(table, name, default if is_column else [default] * len(table.refs))


def refuse_reversed(table: Any, label: str, refs: Sequence[str], names: tuple[str, str]) -> None:
    """Refuse spans that end before they start."""
    bad = getattr(table, names[1]) < getattr(table, names[0])
    refuse_rows(bad, f"{label}.{names[1]}", refs, "ends before it starts")


def _truths(field: str, values: Any, refs: Sequence[str]) -> Bools:
    _refuse_no_list(field, values)
    if not isinstance(values, np.ndarray) or values.dtype != np.bool_:
        for at, value in np.ndenumerate(np.asarray(values, dtype=np.object_)):
            if not isinstance(value, bool | np.bool_):
                row = at[0]
                ref = refs[row] if row < len(refs) else "?"
                message = f"{field}: row {row} ({ref}) is {_shown(value)}, not true or false"
                raise ProblemError(message, field=field, row=row)
    column = np.array(values, dtype=np.bool_)
    column.setflags(write=False)
    return column


def _whole(field: str, values: Any, refs: Sequence[str]) -> Ints:
    _refuse_no_list(field, values)
    _refuse_truths(field, values, refs)
    try:
        raw = _array(values)
        if raw.size and raw.dtype.kind == "f":
            rows = np.argwhere(~np.isfinite(raw) | (raw != np.floor(raw)))
            if rows.size:
                _refuse_one(field, int(rows[0][0]), raw[tuple(rows[0])], refs)
        elif raw.size and raw.dtype.kind not in "iu":
            _refuse_first_non_number(field, np.asarray(values, dtype=np.object_), refs)
        if raw.size and raw.dtype.kind in "fuO":
            _refuse_huge(field, raw, refs)
        column = np.array(raw, dtype="<i8")
    except (TypeError, ValueError, OverflowError) as problem:
        if isinstance(problem, ProblemError):
            raise
        message = f"{field}: not a table of whole numbers ({problem})"
        raise ProblemError(message, field=field) from problem
    column.setflags(write=False)
    return column


def _array(values: Any) -> Any:
    try:
        return np.asarray(values)
    except ValueError:
        # Rows of unequal length: the first of them is no number.
        return np.asarray(values, dtype=np.object_)


def _refuse_no_list(field: str, values: Any) -> None:
    is_list = isinstance(values, Sequence) and not isinstance(values, str | bytes)
    if not is_list and not (isinstance(values, np.ndarray) and values.ndim):
        message = f"{field}: a list was expected, not {_shown(values)}"
        raise ProblemError(message, field=field)


def _refuse_ragged(field: str, values: Any) -> None:
    """Refuse rows of which one has another number of values than the first."""
    if isinstance(values, np.ndarray) or not isinstance(values, Sequence):
        return
    lengths = [len(row) if isinstance(row, Sequence | np.ndarray) else 0 for row in values]
    for row, length in enumerate(lengths):
        if length != lengths[0]:
            message = f"{field}: row {row} has {length} values, row 0 has {lengths[0]}"
            raise ProblemError(message, field=field, row=row)


def _refuse_truths(field: str, values: Any, refs: Sequence[str]) -> None:
    """Refuse true and false, which an array would take for 1 and 0 among whole numbers."""
    if isinstance(values, np.ndarray):
        return
    for row, value in enumerate(values):
        cells = value if isinstance(value, list) else [value]
        if bool in set(map(type, cells)):
            _refuse_one(field, row, next(one for one in cells if type(one) is bool), refs)


def _shown(value: Any) -> str:
    """Return the value as short as it fits into one line."""
    text = repr(value).replace("\n", " ")
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def _refuse_first_non_number(field: str, raw: Any, refs: Sequence[str]) -> None:
    for at, value in np.ndenumerate(raw):
        if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
            _refuse_one(field, at[0] if at else 0, value, refs)


def _refuse_huge(field: str, raw: Any, refs: Sequence[str]) -> None:
    """Refuse values that 64 bits cannot hold."""
    rows = np.argwhere((raw >= 1 << 62) | (raw <= -(1 << 62)))
    if rows.size:
        row = int(rows[0][0])
        ref = refs[row] if row < len(refs) else "?"
        message = f"{field}: row {row} ({ref}) is {raw[tuple(rows[0])]}, which is too large"
        raise ProblemError(message, field=field, row=row)


def _refuse_one(field: str, row: int, value: Any, refs: Sequence[str]) -> None:
    ref = refs[row] if row < len(refs) else "?"
    message = f"{field}: row {row} ({ref}) is {str(value)[:MAX_SHOWN]}, not a whole number"
    raise ProblemError(message, field=field, row=row)


def _refuse(
    bad: Bools | None, field: str, column: Ints, refs: Sequence[str], sentence: str
) -> None:
    if bad is None:
        return
    rows = np.flatnonzero(bad)
    if rows.size:
        row = int(rows[0])
        value = f" {column[row]}" if column.ndim == 1 else ""
        message = f"{field}: row {row} ({refs[row]}){value} {sentence}"
        raise ProblemError(message, field=field, row=row)
