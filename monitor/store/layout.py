"""How our HDF5 files look: paths, attributes, chunks. The description for people is ``docs/small-data.md``."""

from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np

from monitor.model.field import Field
from monitor.store.axis import Lengths

PRIVATE = "xtcmon"
COMMITS = f"{PRIVATE}/commits"
JOURNAL = f"{PRIVATE}/journal"
SUM_STATES = f"{PRIVATE}/sums"
LOST = f"{PRIVATE}/lost"
SUMS = "Sums"
MAIN_SUM = "total"
"""Array of a statistic that is shown under the name of the sum; the others have their own names behind it."""
CONFIG = "UserDataCfg"
PIPELINE = "pipeline"
SETTINGS = f"{CONFIG}/{PIPELINE}"
LENGTHS = "xtcmon_lengths"
"""Attribute of the dataset with the lengths of a ragged group."""

ROWS_PER_CHUNK = 4096
CHUNK_BYTES = 1 << 20
KIND = "xtcmon_kind"
"""Root attribute that says what a file is: ``part``, ``index`` (virtual datasets over parts) or ``run``."""

LIVE = ("v110", "v110")
"""Format of files that are read while they are written; the single-writer mode needs it, HDF5 of 2016 and later reads it."""


def rows_per_chunk(dtype: np.dtype[Any], shape: tuple[int, ...]) -> int:
    """Rows of one chunk: a power of two, at most 4096 and at most about 1 MiB, at least 1."""
    row_bytes = max(1, dtype.itemsize * int(np.prod(shape, dtype=np.int64)))
    wanted = max(1, min(ROWS_PER_CHUNK, CHUNK_BYTES // row_bytes))
    return 1 << (wanted.bit_length() - 1)


def create_column(file: h5py.File, path: str, field: Field, **storage: Any) -> h5py.Dataset:
    """An empty column with its attributes, its chunks and the missing value as fill value.

    Parameters
    ----------
    file
        File open for writing.
    path
        Dataset path.
    field
        What the values are; its unit and description become attributes.
    storage
        Filters, as of ``h5py.Group.create_dataset``.
    """
    # A dimension of length 0 cannot be chunked unless it may grow.
    bounds = tuple(n or None for n in field.shape)
    dataset = file.create_dataset(
        path,
        shape=(0, *field.shape),
        maxshape=(None, *bounds),
        chunks=(rows_per_chunk(field.dtype, field.shape), *(n or 1 for n in field.shape)),
        dtype=field.dtype,
        fillvalue=np.array(field.missing, field.dtype)[()],
        **storage,
    )
    mark_column(dataset, field)
    return dataset


def mark_column(dataset: h5py.Dataset, field: Field) -> None:
    """Attributes of a column: ours, and those by which PyTables knows an array that grows."""
    dataset.attrs["units"] = field.unit
    dataset.attrs["description"] = field.description
    dataset.attrs["field"] = field.name
    if field.ragged:
        dataset.attrs["ragged"] = np.int8(1)
    if field.aligned:
        dataset.attrs["aligned"] = field.aligned
    if isinstance(field, Lengths):
        dataset.attrs[LENGTHS] = np.int8(1)
    mark(dataset, {"CLASS": "EARRAY", "VERSION": "1.1", "TITLE": field.description})
    dataset.attrs["EXTDIM"] = np.int32(0)


def mark_groups(file: h5py.File) -> None:
    """PyTables attributes on the root and every group."""
    marks = {"CLASS": "GROUP", "VERSION": "1.0", "TITLE": ""}
    mark(file, {**marks, "PYTABLES_FORMAT_VERSION": "2.1"})

    def visit(_: str, node: object) -> None:
        if isinstance(node, h5py.Group):
            mark(node, marks)

    file.visititems(visit)


def mark(node: h5py.Group | h5py.Dataset, texts: Mapping[str, str]) -> None:
    """Attributes of fixed-length bytes, as PyTables writes them; an empty text becomes one NUL."""
    for name, text in texts.items():
        node.attrs[name] = np.array(text.encode() or b"\0", dtype=f"S{max(1, len(text.encode()))}")


def field_of(dataset: h5py.Dataset, path: str) -> Field:
    """The field a column was made from."""
    attrs = dataset.attrs
    kind = Lengths if LENGTHS in attrs else Field
    return kind(
        name=str(attrs.get("field", path)),
        dtype=np.dtype(dataset.dtype),
        shape=tuple(int(n) for n in dataset.shape[1:]),
        unit=str(attrs.get("units", "")),
        description=str(attrs.get("description", "")),
        ragged=bool(attrs.get("ragged", False)),
        aligned=str(attrs.get("aligned", "")),
    )
