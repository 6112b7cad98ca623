"""Small data of XTC2: each event says where it is in the big file."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.xtc2.columns import locate
from monitor.xtc2.header import Kind
from monitor.xtc2.names import NamesTable
from monitor.xtc2.walk import walk

SMALL = ".smd.xtc2"
INFO = "smdinfo"
FIELDS = ("intOffset", "intDgramSize")


def is_small(path: Path) -> bool:
    """Whether a file is named as small data are."""
    return SMALL in path.name


def big_file(path: Path) -> Path:
    """The first chunk that small data belong to.

    >>> big_file(Path("xtc/smalldata/a-r0001-s000-c000.smd.xtc2")).as_posix()
    'xtc/a-r0001-s000-c000.xtc2'
    """
    return path.parent.parent / path.name.replace(SMALL, ".xtc2")


def big_places(buffer: NDArray[np.uint8], table: NDArray[Any], names: NamesTable) -> NDArray[np.int64]:
    """Offset and length in the big file of each datagram; 0 where it says nothing.

    Parameters
    ----------
    buffer
        The small data, uint8.
    table
        Datagrams, of dtype ``HEAD``.
    names
        The blocks of names in force.

    Returns
    -------
    numpy.ndarray
        Shape (datagrams, 2); -1 for numbers that no file has.
    """
    places = np.zeros((len(table), 2), np.int64)
    index = walk(buffer, table["offset"], table["length"]).index
    for key, block in names.blocks.items():
        fields = [field.name for field in block.fields]
        if block.det_name != INFO or not set(FIELDS) <= set(fields):
            continue
        entries = index[(index["kind"] == Kind.SHAPES_DATA) & (index["names"] == key)]
        found = locate(buffer, entries, block)
        for column, name in enumerate(FIELDS):
            number = fields.index(name)
            if block.fields[number].rank == 0:
                rows, values = found.column(number)
                # The piece of an event has 32 bits for its length, as a datagram has.
                places[entries["datagram"][rows], column] = np.where(values < 1 << 32 + 31 * (column == 0), values, -1).astype(
                    np.int64
                )
    return places
