"""The payloads of an XTC2 batch, grouped by detector, segment and algorithm, so that each group is read with array operations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.batch import Batch
from monitor.xtc2.columns import Located, locate
from monitor.xtc2.header import Kind
from monitor.xtc2.names import Names, NamesTable
from monitor.xtc2.walk import walk
from workers.trouble import Trouble


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Payloads of one block of names in one place.

    Attributes
    ----------
    events
        Event of each payload, int64, shape (payloads,).
    damage
        Of each, its own and that of its Data, shape (payloads,).
    located
        Where their fields lie.
    place
        Number of the place in the batch.
    """

    events: NDArray[np.int64]
    damage: NDArray[np.uint32]
    located: Located
    place: int


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """All payloads of one block of names of one stream in a batch.

    Attributes
    ----------
    names
        The block.
    parts
        By place.
    """

    names: Names
    parts: tuple[Part, ...]

    def column(self, number: int, shape: tuple[int, ...], count: int) -> tuple[NDArray[Any], NDArray[np.bool_], int]:
        """Values of a field for all events.

        Parameters
        ----------
        number
            Of the field in the block.
        shape
            The dimensions it must have.
        count
            Events of the batch.

        Returns
        -------
        values, present, strange
            Shape (count, *shape), zero where there is none; where there is one, shape (count,); payloads with other dimensions.
        """
        values = np.zeros((count, *shape), self.names.fields[number].dtype)
        present, strange = np.zeros(count, bool), 0
        for part in self.parts:
            fits = part.located.having(number, shape)
            strange += int((part.located.offsets[number] >= 0).sum() - fits.sum())
            # Two payloads in one event: the first counts, as everywhere, so that it has to be written last.
            rows = np.flatnonzero(fits & (part.damage == 0))[::-1]
            values[part.events[rows]] = part.located.values(number, rows, shape)
            present[part.events[rows]] = True
        return values, present, strange


def groups_of(
    batch: Batch, buffers: Sequence[NDArray[np.uint8]], tables: Mapping[int, NamesTable], trouble: Trouble
) -> list[Group]:
    """Payloads of a batch by stream and block of names, in the order of streams and keys.

    Parameters
    ----------
    batch
        What to read.
    buffers
        Bytes of each of the batch's places.
    tables
        Blocks of names by stream.
    trouble
        Told about children that cannot be walked and payloads without a block of names.
    """
    parts: dict[tuple[int, int], list[Part]] = {}
    for place, buffer in enumerate(buffers):
        pieces = batch.pieces[batch.pieces["place"] == place]
        found = walk(buffer, pieces["offset"], pieces["length"])
        trouble.note("corrupt container inside an event", len(found.corrupt))
        index = found.index[found.index["kind"] == Kind.SHAPES_DATA]
        streams = pieces["stream"][index["datagram"]].astype(np.int64)
        keys, group = np.unique(streams << 32 | index["names"], return_inverse=True)
        for number, key in enumerate(keys.tolist()):
            stream, names_id = key >> 32, key & 0xFFFF_FFFF
            mine = index[group == number]
            table = tables.get(stream)
            if table is None or names_id not in table.blocks:
                trouble.note("payload without a block of names", len(mine))
                continue
            located = locate(buffer, mine, table.blocks[names_id])
            events = pieces["event"][mine["datagram"]].astype(np.int64)
            damage = mine["damage"] | mine["data_damage"]
            parts.setdefault((stream, names_id), []).append(Part(events, damage, located, place))
    return [Group(tables[stream].blocks[names_id], tuple(found)) for (stream, names_id), found in sorted(parts.items())]
