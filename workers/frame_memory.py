"""Memory of frames, used again as soon as nobody looks at it: fresh memory costs as much as correcting a frame."""

import math
import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

KEPT_BYTES = 512 << 20
"""Memory that is kept for later frames."""
SMALLEST = 1 << 20
"""Bytes below which the interpreter's own allocator does as well."""


class FrameMemory:
    """Arrays for corrected frames.

    Whoever has an array, or any view of it, has it as long as he wants: memory is free when nothing refers to it any more.
    """

    def __init__(self) -> None:
        self._blocks: list[NDArray[np.float32]] = []

    def empty(self, shape: Sequence[int]) -> NDArray[np.float32]:
        """An array of this shape, float32, with arbitrary content."""
        size = math.prod(shape)
        if 4 * size < SMALLEST:
            return np.empty(shape, np.float32)
        return self._block(size)[:size].reshape(shape)

    def _block(self, size: int) -> NDArray[np.float32]:
        """The smallest free block that is large enough, else a new one in place of those that are too small."""
        free = _unused(self._blocks)
        fitting = [at for at in free if self._blocks[at].size >= size]
        if fitting:
            return self._blocks[min(fitting, key=lambda at: self._blocks[at].size)]
        self._blocks = [block for at, block in enumerate(self._blocks) if at not in free]
        block = np.empty(size, np.float32)
        if sum(kept.nbytes for kept in self._blocks) + block.nbytes <= KEPT_BYTES:
            self._blocks.append(block)
        return block


def _unused(blocks: list[NDArray[np.float32]]) -> list[int]:
    """Places of the blocks that only the list refers to; every view of an array refers to the array that owns the memory."""
    return [at for at in range(len(blocks)) if sys.getrefcount(blocks[at]) == _ALONE]


_PROBE = [np.empty(1, np.float32)]
_ALONE = sys.getrefcount(_PROBE[0])
