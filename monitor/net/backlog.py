"""The newest messages, and how far each of those has come who ask for them one by one: nobody takes one from others. Pure."""

from collections import OrderedDict, deque
from collections.abc import Sequence

from monitor.wire.message import Part

Parts = Sequence[Part]


class Backlog:
    """What is kept for those who ask.

    Parameters
    ----------
    most, most_bytes
        Messages kept, and bytes in them; the oldest go first.
    most_askers
        Askers remembered; who has been silent longest is forgotten, and begins anew when he asks again.
    """

    def __init__(self, *, most: int = 1000, most_bytes: int = 256 << 20, most_askers: int = 256) -> None:
        self._most, self._most_bytes, self._most_askers = most, most_bytes, most_askers
        self._kept: deque[Parts] = deque()
        self._first = 0
        self._bytes = 0
        self._next: OrderedDict[bytes, int] = OrderedDict()
        self._waiting: set[bytes] = set()
        self.lost = 0
        """Messages that somebody did not get because he asked too late."""

    @property
    def askers(self) -> int:
        """How many are remembered."""
        return len(self._next)

    def add(self, parts: Parts) -> list[bytes]:
        """Keep a message; return who has been waiting for one and gets it now."""
        number = self._first + len(self._kept)
        self._kept.append(parts)
        self._bytes += _size(parts)
        while len(self._kept) > self._most or (self._bytes > self._most_bytes and len(self._kept) > 1):
            self._bytes -= _size(self._kept.popleft())
            self._first += 1
        served = [peer for peer in self._next if peer in self._waiting]
        self._next.update(dict.fromkeys(served, number + 1))
        self._waiting.clear()
        return served

    def ask(self, peer: bytes) -> Parts | None:
        """The next message for this asker, at first the newest one; ``None`` = it has to wait for ``add``."""
        stop = self._first + len(self._kept)
        wanted = self._next.get(peer, max(self._first, stop - 1))
        if wanted < self._first:
            self.lost += self._first - wanted
            wanted = self._first
        there = wanted < stop
        self._next[peer] = wanted + there
        self._next.move_to_end(peer)
        self._forget()
        if there:
            return self._kept[wanted - self._first]
        self._waiting.add(peer)
        return None

    def _forget(self) -> None:
        """Keep no more askers than allowed."""
        while len(self._next) > self._most_askers:
            peer, _ = self._next.popitem(last=False)
            self._waiting.discard(peer)


def _size(parts: Parts) -> int:
    return sum(len(part) for part in parts)
