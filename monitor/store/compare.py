"""Whether two runs say the same: every value to the bit, sums of floats to rounding."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from monitor.model.field import Field
from monitor.model.sums import Sums

ROUNDING = 1e-12
"""Relative difference of sums that were added in another order."""


class Table(Protocol):
    """A run as ``RunFile`` and ``MemoryFile`` give it."""

    @property
    def columns(self) -> Mapping[str, Field]:
        """Path to field."""

    @property
    def sums(self) -> Sums:
        """State of each sum."""

    def __len__(self) -> int: ...

    def __getitem__(self, path: str) -> NDArray[Any]: ...


def differences(expected: Table, actual: Table, *, rounding: float = ROUNDING) -> Iterator[str]:
    """What differs between two runs, one sentence each; nothing if they say the same.

    Parameters
    ----------
    expected, actual
        The runs, rows in the same order.
    rounding
        Largest difference of a float in a sum, relative to the largest value of that sum.
    """
    if len(expected) != len(actual):
        yield f"{len(actual):,} rows where {len(expected):,} are expected"
        return
    for path in sorted({*expected.columns, *actual.columns}):
        yield from _in_column(path, expected, actual)
    for name in sorted({*expected.sums, *actual.sums}):
        yield from _in_sum(name, expected.sums, actual.sums, rounding)


def _in_column(path: str, expected: Table, actual: Table) -> Iterator[str]:
    """What differs in one column."""
    for table, where in ((expected, "only in the file"), (actual, "missing in the file")):
        if path not in table.columns:
            yield f"{path} is {where}"
            return
    a, b = expected[path], actual[path]
    if expected.columns[path].ragged != actual.columns[path].ragged:
        yield f"{path} is ragged only in one of the two"
        return
    if a.dtype != b.dtype or a.shape != b.shape:
        yield f"{path} is {b.dtype}{list(b.shape)} where {a.dtype}{list(a.shape)} is expected"
        return
    rows = np.flatnonzero(different_rows(a, b))
    if len(rows):
        first, what = rows[0], "element" if expected.columns[path].ragged else "row"
        yield f"{path} differs in {len(rows):,} {what}s, first in {what} {first}: {b[first]!s} where {a[first]!s} is expected"


def different_rows(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.bool_]:
    """Rows whose bytes differ, bool, shape (rows,); so NaN equals NaN of the same bits.

    Parameters
    ----------
    a, b
        Arrays of one shape and dtype, shape (rows, ...).
    """
    if not a.size:
        return np.zeros(len(a), bool)
    one, other = (np.ascontiguousarray(x).reshape(len(x), -1).view(np.uint8).reshape(len(x), -1) for x in (a, b))
    found: NDArray[np.bool_] = (one != other).any(axis=1)
    return found


def _in_sum(name: str, expected: Sums, actual: Sums, rounding: float) -> Iterator[str]:
    """What differs in one sum."""
    for sums, where in ((expected, "only in the file"), (actual, "missing in the file")):
        if name not in sums:
            yield f"sum {name} is {where}"
            return
    a, b = expected[name], actual[name]
    if (a.kind, a.count) != (b.kind, b.count):
        yield f"sum {name} is {b.kind} of {b.count:,} events where {a.kind} of {a.count:,} is expected"
        return
    for array in sorted({*a.arrays, *b.arrays}):
        one, other = a.arrays.get(array), b.arrays.get(array)
        if one is None or other is None or one.shape != other.shape or one.dtype != other.dtype:
            yield f"sum {name} has another {array}"
        elif not _equal(one, other, rounding):
            yield f"sum {name} differs in {array}"


def _equal(a: NDArray[Any], b: NDArray[Any], rounding: float) -> bool:
    """Integers to the bit, floats to rounding."""
    if a.dtype.kind not in "fc":
        return np.array_equal(a, b)
    finite = np.isfinite(a)
    scale = float(np.abs(a[finite]).max(initial=0.0))
    return bool(np.allclose(a, b, rtol=rounding, atol=rounding * scale, equal_nan=True))
