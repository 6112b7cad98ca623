import struct

import numpy as np
import pytest

from monitor.xtc.tree import End, Node, datagrams, nodes
from monitor.xtc.write import container, datagram, type_word, xtc

IPM = xtc(level=1, physical=0x10010800, contains=type_word(31, 1), payload=bytes(28))
EVR = xtc(level=1, physical=0x100, contains=type_word(19, 3), payload=bytes(4))
SEGMENT = container(level=2, physical=7, children=[IPM, EVR])


def event(*children: bytes, damage: int = 0) -> np.ndarray:
    data = datagram(service=12, seconds=1, nanoseconds=2, children=list(children), damage=damage)
    return np.frombuffer(data, np.uint8)


def walk(*children: bytes, damage: int = 0) -> list[Node]:
    return list(nodes(event(*children, damage=damage), 0))


def with_extent(data: bytes, extent: int) -> bytes:
    return data[:16] + struct.pack("<I", extent) + data[20:]


def test_xtcs_come_depth_first_with_their_places() -> None:
    found = walk(SEGMENT, EVR)
    assert [(node.index, node.depth, node.parent, node.offset) for node in found] == [
        (0, 0, -1, 40),
        (1, 1, 0, 60),
        (2, 1, 0, 108),
        (3, 0, -1, 132),
    ]


def test_an_incomplete_container_is_shown_but_not_entered() -> None:
    segment = container(level=2, physical=7, children=[IPM], damage=1 << 15)
    assert [node.is_container for node in walk(segment, EVR)] == [True, False]


def test_nothing_is_looked_at_below_an_incomplete_root() -> None:
    assert walk(SEGMENT, damage=1 << 15) == []


@pytest.mark.parametrize("extent", [0, 12, 19, 49, 0xFFFFFFF0])
def test_a_bad_extent_costs_the_rest_of_its_container_only(extent: int) -> None:
    segment = container(level=2, physical=7, children=[with_extent(EVR, extent), EVR])
    assert [(node.corrupt, node.depth) for node in walk(segment, IPM)] == [(False, 0), (True, 1), (False, 0)]


def test_a_container_may_be_empty_or_end_with_crumbs() -> None:
    crumbs = xtc(level=2, physical=7, contains=type_word(1, 1), payload=bytes(16))
    assert [node.depth for node in walk(container(level=2, physical=7, children=[]), crumbs)] == [0, 0]


def test_containers_nest_deeper_than_any_call_stack() -> None:
    nested = EVR
    for _ in range(3000):
        nested = container(level=2, physical=7, children=[nested])
    assert walk(nested)[-1].depth == 3000


STREAM = b"".join(event(SEGMENT, EVR).tobytes() for _ in range(3))
SIZE = len(STREAM) // 3


@pytest.mark.parametrize("cut", range(len(STREAM) + 1))
def test_a_file_cut_anywhere_gives_its_whole_datagrams_and_the_reason(cut: int) -> None:
    *whole, end = datagrams(np.frombuffer(STREAM[:cut], np.uint8))
    assert [entry[0] for entry in whole] == [SIZE * n for n in range(cut // SIZE)]
    reason = "eof" if cut % SIZE == 0 else "truncated_header" if cut % SIZE < 40 else "truncated_payload"
    assert end == End(reason, cut // SIZE * SIZE)


@pytest.mark.parametrize("extent", [0, 19, (256 << 20) + 1])
def test_an_unbelievable_root_extent_ends_the_file(extent: int) -> None:
    bad = STREAM[:36] + struct.pack("<I", extent) + STREAM[40:]
    assert list(datagrams(np.frombuffer(STREAM + bad, np.uint8)))[-1] == End("bad_extent", len(STREAM))
