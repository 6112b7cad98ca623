"""A plain walk over the tree of a datagram, written to be read: what the dump uses, the twin of the fast walk."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.xtc2.damage import Damage
from monitor.xtc2.header import CLOCK_TO_ROOT, KIND_MASK, XTC, XTC_SIZE, Kind


@dataclass(frozen=True, slots=True)
class Node:
    """One Xtc below the root of a datagram.

    Attributes
    ----------
    depth
        1 for a child of the root.
    kind
        What it is; a ``Kind``, or another number.
    src, damage, extent
        Its header.
    offset
        Of its header, counted from the start of the datagram.
    """

    depth: int
    kind: int
    src: int
    damage: int
    extent: int
    offset: int

    @property
    def is_entered(self) -> bool:
        """Whether it holds others that can be looked at."""
        return self.kind == Kind.SHAPES_DATA or (self.kind == Kind.PARENT and not self.damage & Damage.CORRUPTED)


def nodes(datagram: NDArray[np.uint8]) -> Iterator[Node]:
    """All Xtcs below the root, depth first; what is behind one that cannot be is lost to the end of what holds it.

    Parameters
    ----------
    datagram
        Bytes of one whole datagram, uint8.
    """
    # An explicit stack, because files decide how deep Parents nest: where the next child begins, where it has to end, depth.
    stack = [(CLOCK_TO_ROOT, len(datagram), 0)]
    while stack:
        start, stop, depth = stack.pop()
        if stop - start < XTC_SIZE:
            continue
        head = datagram[start : start + XTC_SIZE].view(XTC)[0]
        extent = int(head["extent"])
        if not XTC_SIZE <= extent <= stop - start:
            continue
        node = Node(depth, int(head["contains"]) & KIND_MASK, int(head["src"]), int(head["damage"]), extent, start)
        if depth:
            yield node
        stack.append((start + extent, stop, depth))
        if node.is_entered:
            stack.append((start + XTC_SIZE, start + extent, depth + 1))
