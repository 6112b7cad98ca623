"""Which stretches of a memory segment are in use: allocations of any size, freed in any order. Pure."""

from bisect import bisect_left

ALIGNMENT = 64
"""Every allocation starts at a multiple of this, a cache line."""


class Space:
    """Allocator over ``size`` bytes that goes round: the next search starts behind the last allocation.

    Live allocations never overlap; neighbours that are freed become one hole again.
    """

    def __init__(self, size: int) -> None:
        self.size = size // ALIGNMENT * ALIGNMENT
        self.used = 0
        self._starts = [0]
        self._stops = [self.size]
        self._live: dict[int, int] = {}
        self._next = 0

    def allocate(self, nbytes: int) -> int | None:
        """Offset of ``nbytes`` unused bytes; None if no hole is large enough."""
        need = max(1, -(-nbytes // ALIGNMENT)) * ALIGNMENT
        first = bisect_left(self._starts, self._next)
        for hole in [*range(first, len(self._starts)), *range(first)]:
            if self._stops[hole] - self._starts[hole] >= need:
                return self._take(hole, need)
        return None

    def free(self, offset: int) -> None:
        """Give an allocation back.

        Raises
        ------
        KeyError
            If there is no live allocation at this offset: our bug, never to be passed over.
        """
        need = self._live.pop(offset)
        self.used -= need
        stop = offset + need
        hole = bisect_left(self._starts, offset)
        joins_left = hole > 0 and self._stops[hole - 1] == offset
        joins_right = hole < len(self._starts) and self._starts[hole] == stop
        if joins_left and joins_right:
            self._stops[hole - 1] = self._stops[hole]
            del self._starts[hole], self._stops[hole]
        elif joins_left:
            self._stops[hole - 1] = stop
        elif joins_right:
            self._starts[hole] = offset
        else:
            self._starts.insert(hole, offset)
            self._stops.insert(hole, stop)

    def _take(self, hole: int, need: int) -> int:
        """The first ``need`` bytes of a hole."""
        offset = self._starts[hole]
        self._starts[hole] += need
        if self._starts[hole] == self._stops[hole]:
            del self._starts[hole], self._stops[hole]
        self._live[offset] = need
        self.used += need
        self._next = offset + need
        return offset
