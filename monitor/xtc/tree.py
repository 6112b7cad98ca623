"""A plain walk over datagrams and their trees of XTCs, written to be read: what the dump uses, the twin of the fast walk."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.model.damage import Damage
from monitor.xtc.header import CLOCK_TO_ROOT, CONTAINER, DATAGRAM, DATAGRAM_SIZE, EXTENT_LIMIT, XTC, XTC_SIZE, type_id

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Node:
    """One XTC below the root of a datagram, or the place where a child could not be walked.

    Attributes
    ----------
    offset
        Of its header in the buffer.
    index
        Number within the datagram, depth first, from 0.
    depth
        0 for a child of the root.
    parent
        ``index`` of the container it lies in; -1 for the root.
    damage, logical, physical, contains, extent
        The header.
    remaining
        Bytes of the container from this header on.
    corrupt
        The extent is impossible; the rest of the container is lost.
    """

    offset: int
    index: int
    depth: int
    parent: int
    damage: int
    logical: int
    physical: int
    contains: int
    extent: int
    remaining: int
    corrupt: bool

    @property
    def is_container(self) -> bool:
        """Whether it holds other XTCs."""
        return type_id(self.contains) == CONTAINER

    @property
    def incomplete(self) -> bool:
        """Whether its inside is garbage and must not be looked at."""
        return bool(self.damage & Damage.INCOMPLETE_CONTRIBUTION)


@dataclass(frozen=True, slots=True)
class End:
    """Why a walk over datagrams ended: ``eof``, ``truncated_header``, ``truncated_payload`` or ``bad_extent``, and where."""

    reason: str
    offset: int


def datagrams(buffer: Bytes) -> Iterator[tuple[int, Any] | End]:
    """Offset and header (a scalar of dtype ``DATAGRAM``) of each complete datagram, and at last an ``End``."""
    offset, size = 0, len(buffer)
    while offset < size:
        if size - offset < DATAGRAM_SIZE:
            yield End("truncated_header", offset)
            return
        head = buffer[offset : offset + DATAGRAM_SIZE].view(DATAGRAM)[0]
        extent = int(head["xtc"]["extent"])
        if not XTC_SIZE <= extent <= EXTENT_LIMIT:
            yield End("bad_extent", offset)
            return
        if CLOCK_TO_ROOT + extent > size - offset:
            yield End("truncated_payload", offset)
            return
        yield offset, head
        offset += CLOCK_TO_ROOT + extent
    yield End("eof", offset)


def nodes(buffer: Bytes, offset: int) -> Iterator[Node]:
    """All XTCs below the root of the datagram at ``offset``, depth first; containers are entered unless their inside is garbage.

    Parameters
    ----------
    buffer
        Bytes that hold the whole datagram.
    """
    head = buffer[offset : offset + DATAGRAM_SIZE].view(DATAGRAM)[0]["xtc"]
    if int(head["damage"]) & Damage.INCOMPLETE_CONTRIBUTION:
        return
    # An explicit stack, because files decide how deep containers nest: where the next child begins, where the container ends.
    stack = [(offset + DATAGRAM_SIZE, offset + CLOCK_TO_ROOT + int(head["extent"]), -1)]
    index = 0
    while stack:
        start, stop, parent = stack.pop()
        if stop - start < XTC_SIZE:
            continue
        node = _node(buffer, start, stop, index, len(stack), parent)
        index += 1
        yield node
        if node.corrupt:
            continue
        stack.append((start + node.extent, stop, parent))
        if node.is_container and not node.incomplete:
            stack.append((start + XTC_SIZE, start + node.extent, node.index))


def _node(buffer: Bytes, start: int, stop: int, index: int, depth: int, parent: int) -> Node:
    head = buffer[start : start + XTC_SIZE].view(XTC)[0]
    damage, logical, physical, contains, extent = (int(word) for word in head.item())
    corrupt = not XTC_SIZE <= extent <= stop - start
    return Node(start, index, depth, parent, damage, logical, physical, contains, extent, stop - start, corrupt)
