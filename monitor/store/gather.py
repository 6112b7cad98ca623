"""Rows of one commit as one block per column, missing values filled in."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.rows import Rows
from monitor.store.catalog import Catalog


def gather(rows: Sequence[Rows], catalog: Catalog) -> tuple[dict[str, Field], dict[str, NDArray[Any]]]:
    """Columns and values of consecutive tables.

    Parameters
    ----------
    rows
        Tables in event order.
    catalog
        Gives paths; new fields are entered.

    Returns
    -------
    columns
        Path to field, of every column with at least one value present: what was never seen gets no dataset.
    blocks
        Path to values, shape (all rows, *field.shape); the missing value where an event has none. Views of the rows where
        there is one table and nothing is missing.
    """
    seen: dict[Field, list[tuple[int, Column]]] = {}
    start = 0
    for table in rows:
        for column in table.columns.values():
            if table.count and (column.present is None or column.present.any()):
                seen.setdefault(column.field, []).append((start, column))
        start += table.count
    columns: dict[str, Field] = {}
    blocks: dict[str, NDArray[Any]] = {}
    for field, pieces in seen.items():
        path = catalog.path(field)
        block = _block(field, pieces, start)
        if path in blocks:
            # The same column with another unit or description: one dataset, values of both.
            block = np.where(_given(pieces, start, block.ndim), block, blocks[path])
        columns.setdefault(path, field)
        blocks[path] = block
    return columns, blocks


def _block(field: Field, pieces: Sequence[tuple[int, Column]], count: int) -> NDArray[Any]:
    """Values of all rows, shape (count, *field.shape)."""
    if len(pieces) == 1 and len(pieces[0][1]) == count:
        return np.asarray(pieces[0][1].filled(), field.dtype).reshape(count, *field.shape)
    block = np.full((count, *field.shape), field.missing, field.dtype)
    for start, column in pieces:
        block[start : start + len(column)] = column.filled()
    return block


def _given(pieces: Sequence[tuple[int, Column]], count: int, ndim: int) -> NDArray[np.bool_]:
    """True for rows that a piece covers, shape (count, 1, ...)."""
    given = np.zeros(count, bool)
    for start, column in pieces:
        given[start : start + len(column)] = True
    return given.reshape(count, *(1 for _ in range(ndim - 1)))
