"""What a file is, from its first bytes."""

import pytest

from monitor.xtc2.detect import FIRST_BYTES, is_old_layout, is_xtc2
from monitor.xtc2.header import Transition
from tests.support.xtc2_bytes import at, gmd, stream
from tests.support.xtc_bytes import run_streams


@pytest.mark.parametrize("number", range(len(stream())))
def test_every_datagram_may_begin_a_file(number: int) -> None:
    assert is_xtc2(stream()[number][:FIRST_BYTES])


def test_a_file_with_one_small_datagram_is_one() -> None:
    assert is_xtc2(at(Transition.ENABLE, 1))


def test_no_datagram_of_the_other_generation_is_one() -> None:
    for datagrams in run_streams(steps=1, events=3, daq=1).values():
        assert not any(is_xtc2(data[:FIRST_BYTES]) for data in datagrams)


@pytest.mark.parametrize("first", [b"", bytes(23), bytes(100), b"\x89HDF\r\n\x1a\n" * 6, b"\x1f\x8b" * 30, b"text " * 20])
def test_other_files_are_none(first: bytes) -> None:
    assert not is_xtc2(first[:FIRST_BYTES])
    assert not is_old_layout(first[:FIRST_BYTES])


def test_headers_of_2019_are_recognised() -> None:
    old = bytes(7) + b"\x02" + bytes(28)
    assert is_old_layout(old)
    assert not is_old_layout(at(Transition.CONFIGURE, 1, gmd(1))[:FIRST_BYTES])
