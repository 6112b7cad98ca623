"""Which file goes on where a chunk of a stream ends: its last Enable says so by name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.xtc2.decode import decode
from monitor.xtc2.header import Transition
from monitor.xtc2.heads import heads
from monitor.xtc2.mapped import open_mapped
from monitor.xtc2.names import NamesTable, table_of
from monitor.xtc2.walk import walk

CHUNK_INFO = "chunkinfo"
NO_NAMES = NamesTable({})


@dataclass(frozen=True, slots=True)
class NextChunk:
    """The next chunk of a stream.

    Attributes
    ----------
    number
        Its number in the stream.
    name
        Name of its file, in the folder of this one; not to be derived, for its first part may differ.
    """

    number: int
    name: str


def next_chunk(buffer: NDArray[np.uint8], head: Any, table: NamesTable) -> NextChunk | None:
    """What a datagram says about the next chunk; None if nothing, or a name that leads out of the folder.

    Parameters
    ----------
    buffer
        Bytes that the head counts in.
    head
        The datagram, of dtype ``HEAD``.
    table
        The blocks of names in force.
    """
    if head["service"] != Transition.ENABLE:
        return None
    index = walk(buffer, head["offset"][None], head["length"][None]).index
    for (name, _, _), found in decode(buffer, index, table).data.items():
        number, file = found.values.get("chunkid"), found.values.get("filename")
        if name == CHUNK_INFO and isinstance(file, str) and isinstance(number, np.integer) and _is_plain(file):
            return NextChunk(int(number), file)
    return None


def _is_plain(name: str) -> bool:
    """Whether a name is that of a file and not a way to one."""
    return bool(name) and Path(name).name == name and name not in (".", "..")


@dataclass(frozen=True, slots=True)
class ChunkLink:
    """What matters of a chunk for those beside it.

    Attributes
    ----------
    table
        Blocks of names in force at its end; None if it has no Configure.
    next
        The chunk that goes on behind it.
    """

    table: NamesTable | None
    next: NextChunk | None


def link_of(buffer: NDArray[np.uint8], before: NamesTable = NO_NAMES) -> ChunkLink:
    """What a chunk leaves to the next one.

    Parameters
    ----------
    buffer
        The whole file.
    before
        The blocks in force at its beginning.
    """
    found = heads(buffer).table
    table = None
    for head in found[found["service"] == Transition.CONFIGURE][-1:]:
        table = table_of(buffer, walk(buffer, head["offset"][None], head["length"][None]).index)
    last = next_chunk(buffer, found[-1], table or before) if len(found) else None
    return ChunkLink(table, last)


def tables_at_start(paths: Iterable[Path]) -> Mapping[Path, NamesTable]:
    """Blocks of names with which each file begins, none where it has a Configure of its own.

    A chunk gets those of the file that names it; if none does, those of the file before it.

    Parameters
    ----------
    paths
        Files of any streams, chunks of one stream in order.
    """
    buffers = {path: open_mapped(path) for path in paths}
    named: dict[Path, NamesTable] = {}
    result: dict[Path, NamesTable] = {}
    latest = NO_NAMES
    for path in sorted(buffers, key=lambda path: not is_first(buffers[path])):
        result[path] = NO_NAMES if is_first(buffers[path]) else named.get(path.resolve(), latest)
        link = link_of(buffers[path], result[path])
        latest = link.table or result[path]
        if link.next is not None:
            named[(path.parent / link.next.name).resolve()] = latest
    return result


def is_first(buffer: NDArray[np.uint8]) -> bool:
    """Whether a file begins with a Configure."""
    return bool((heads(buffer, most=1).table["service"] == Transition.CONFIGURE).any())
