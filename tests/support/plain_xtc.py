"""A reader of XTC files that shares nothing with the code under test: headers by ``struct``, rules checked as it goes."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

XTC = struct.Struct("<5I")
DATAGRAM = struct.Struct("<5I5I")


@dataclass(frozen=True)
class Leaf:
    level: int
    physical: int
    contains: int
    damage: int
    payload: bytes
    container: tuple[int, int]
    """Level and damage of what holds it."""

    @property
    def kind(self) -> tuple[int, int]:
        return self.contains & 0xFFFF, self.contains >> 16


@dataclass(frozen=True)
class Datagram:
    service: int
    time_ns: int
    fiducials: int
    vector: int
    ticks: int
    env: int
    damage: int
    leaves: tuple[Leaf, ...]
    size: int

    def leaf(self, level: int, physical: int, type_id: int) -> Leaf:
        (found,) = (leaf for leaf in self.leaves if (leaf.level, leaf.physical, leaf.kind[0]) == (level, physical, type_id))
        return found


def datagrams(path: Path) -> Iterator[Datagram]:
    """Every datagram of a file that keeps the rules; an assertion fails at the first that does not."""
    data = path.read_bytes()
    at = 0
    while at < len(data):
        nanoseconds, seconds, low, high, env, damage, logical, _, contains, extent = DATAGRAM.unpack_from(data, at)
        assert contains == 1
        assert logical >> 24 == 3
        assert nanoseconds < 1_000_000_000
        assert extent % 4 == 0
        assert extent >= 20
        stop = at + 20 + extent
        assert stop <= len(data)
        leaves = tuple(_leaves(data, at + 40, stop, (3, damage)))
        yield Datagram(
            service=low >> 24 & 0xF,
            time_ns=seconds * 1_000_000_000 + nanoseconds,
            fiducials=high & 0x1FFFF,
            vector=high >> 17,
            ticks=low & 0xFFFFFF,
            env=env,
            damage=damage,
            leaves=leaves,
            size=stop - at,
        )
        at = stop


def _leaves(data: bytes, at: int, stop: int, holder: tuple[int, int]) -> Iterator[Leaf]:
    while at < stop:
        damage, logical, physical, contains, extent = XTC.unpack_from(data, at)
        assert extent >= 20
        assert extent % 4 == 0
        assert at + extent <= stop
        level = logical >> 24
        if contains & 0xFFFF == 1:
            if not damage >> 15 & 1:
                yield from _leaves(data, at + 20, at + extent, (level, damage))
        else:
            yield Leaf(level, physical, contains, damage, data[at + 20 : at + extent], holder)
        at += extent
    assert at == stop
