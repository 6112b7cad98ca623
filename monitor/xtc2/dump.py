"""Datagram by datagram, field by field, as JSON lines: everything a file holds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.xtc2.chunk import NO_NAMES, link_of
from monitor.xtc2.decode import decode
from monitor.xtc2.header import KIND_NAMES, SERVICE_NAMES, Kind, Transition
from monitor.xtc2.heads import heads
from monitor.xtc2.interface import is_known
from monitor.xtc2.mapped import open_mapped
from monitor.xtc2.names import Field, Identity, Names, NamesTable, table_of
from monitor.xtc2.summary import field_summary
from monitor.xtc2.tree import Node, nodes
from monitor.xtc2.walk import walk

Bytes = NDArray[np.uint8]
Line = dict[str, Any]

ROUND = 256
"""Datagrams found at a time."""


def dump_lines(path: Path | str, config_from: Path | str | None = None, table: NamesTable | None = None) -> Iterator[Line]:
    """What the file is, one mapping per whole datagram, and the end, in file order, ready for ``json.dumps``.

    Parameters
    ----------
    path
        An XTC2 file.
    config_from
        Of a further chunk, which has no Configure: a file of the same stream that has one.
    table
        The blocks of names in force at its beginning, if they are known already.

    Raises
    ------
    Unusable, DamagedData
        If a file cannot be read or is not XTC2.
    """
    name = Path(path)
    buffer = open_mapped(name)
    meta: Line = {"file": name.name, "size": len(buffer)}
    if config_from is not None:
        meta["config_from"] = Path(config_from).name
        table = table or link_of(open_mapped(Path(config_from))).table
    yield {"meta": meta}
    yield from Dump(buffer, table or NO_NAMES).lines()


class Dump:
    """The lines of one buffer; remembers the blocks of names on the way.

    Parameters
    ----------
    buffer
        The whole file, uint8.
    table
        The blocks in force at its beginning.
    """

    def __init__(self, buffer: Bytes, table: NamesTable = NO_NAMES) -> None:
        self._buffer = buffer
        self._table = table

    def lines(self) -> Iterator[Line]:
        """All lines, the last of which says how much of the file was read."""
        at, count = 0, 0
        while len(found := heads(self._buffer, at, most=ROUND).table):
            for head in found:
                yield self.datagram(count, head)
                at, count = int(head["offset"]) + int(head["length"]), count + 1
        yield {"end": True, "dgrams": count, "consumed": at, "trailing": len(self._buffer) - at}

    def datagram(self, count: int, head: Any) -> Line:
        """The line of the datagram with this header (dtype ``HEAD``); ``count`` is the number it gets."""
        offset, length = int(head["offset"]), int(head["length"])
        index = walk(self._buffer, np.array([offset]), np.array([length])).index
        service, timestamp = int(head["service"]), int(head["timestamp"])
        blocks: list[Names] = []
        if (index["kind"] == Kind.NAMES).any():
            table = table_of(self._buffer, index)
            blocks = list(table.blocks.values())
            self._table = table if service == Transition.CONFIGURE else self._table
        line = {
            "i": count,
            "offset": offset,
            "size": length,
            "service": service,
            "transition": SERVICE_NAMES.get(service, str(service)),
            "timestamp": timestamp,
            "sec": timestamp >> 32,
            "nsec": timestamp & 0xFFFF_FFFF,
            "env": int(head["env"]),
            "damage": int(head["damage"]),
            "data": self._data(index),
            "src": int(head["src"]),
            "xtc": [_tree_entry(node) for node in nodes(self._buffer[offset : offset + length])],
        }
        if blocks:
            line["nameblocks"] = [_block(block) for block in blocks]
        if blocks and service == Transition.CONFIGURE:
            line["names"] = _merged(blocks)
        return line

    def _data(self, index: NDArray[Any]) -> list[Line]:
        """Fields by detector, segment and algorithm."""
        return [
            {
                "det": det,
                "seg": segment,
                "alg": algorithm,
                "damage": found.damage,
                "fields": [field_summary(name, found.fields[name], value) for name, value in found.values.items()],
            }
            for (det, segment, algorithm), found in decode(self._buffer, index, self._table).data.items()
        ]


def _tree_entry(node: Node) -> list[int | str]:
    """An Xtc: depth, what it is, and its header."""
    kind = KIND_NAMES.get(node.kind, str(node.kind))
    return [node.depth, kind, node.src, node.damage, node.extent, node.offset]


def _block(names: Names) -> Line:
    """A block of names as stored."""
    return {
        "namesid": names.names_id,
        "node": names.node,
        "idx": names.index,
        "numArrays": names.arrays,
        "det": names.det_name,
        "dettype": names.det_type,
        "detid": names.det_id,
        "seg": names.segment,
        "alg": names.algorithm,
        "version": list(names.version),
        "fields": [[field.name, field.type.name, field.rank, field.algorithm, list(field.version)] for field in names.fields],
    }


def _merged(blocks: list[Names]) -> list[Line]:
    """Blocks of the same detector, segment and algorithm as one."""
    first: dict[Identity, Names] = {}
    fields: dict[Identity, dict[str, Field]] = {}
    for names in blocks:
        first.setdefault(names.identity, names)
        fields.setdefault(names.identity, {}).update({field.name: field for field in names.fields})
    return [
        {
            "det": names.det_name,
            "seg": names.segment,
            "alg": names.algorithm,
            "version": list(names.version),
            "dettype": names.det_type,
            "interface": names.interface,
            "known": is_known(names.interface),
            "fields": [_field(field) for field in fields[identity].values()],
        }
        for identity, names in first.items()
    ]


def _field(field: Field) -> Line:
    """A field of the merged view."""
    line = {"name": field.name, "type": field.type.name, "rank": field.rank}
    return {**line, "alg": field.algorithm, "version": list(field.version)} if field.algorithm else line
