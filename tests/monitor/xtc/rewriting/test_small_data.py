import numpy as np
import pytest

from monitor.xtc.rewriting.small_data import small_datagrams
from monitor.xtc.walk import heads
from tests.support.xtc_bytes import CONFIGURE, ENABLE, L1ACCEPT, container, datagram, ipm, xtc

TIME = (1_300_000_000, 5)


def small(data: bytes, threshold: int = 1024, *, camera: bool = False) -> bytes:
    buffer = np.frombuffer(data, np.uint8)
    return b"".join(part.tobytes() for part in small_datagrams(buffer, heads(buffer).table, threshold, camera=camera))


def own(kind: int, payload: bytes) -> bytes:
    """An entry of the small-data writer itself: level Recorder, no address, no process."""
    return np.array([0, 4 << 24, 0, 1 << 16 | kind, 20 + len(payload)], "<u4").tobytes() + payload


def event(*children: bytes) -> bytes:
    return datagram(L1ACCEPT, *children, time=TIME, fiducials=7)


def test_an_event_says_first_where_it_was() -> None:
    before, whole = datagram(ENABLE, time=TIME), event(container(ipm(1)))
    offset = np.array([len(before), 0, len(whole) - 20], "<u4").tobytes()
    assert small(before + whole) == before + event(own(90, offset), container(ipm(1)))


def test_configure_says_first_what_is_large() -> None:
    whole = datagram(CONFIGURE, container(ipm(1)), time=TIME)
    assert small(whole, 200) == datagram(CONFIGURE, own(89, np.array(200, "<u4").tobytes()), container(ipm(1)), time=TIME)


def test_a_camera_recorder_says_it_last_in_its_segment() -> None:
    whole = datagram(CONFIGURE, container(ipm(1)), ipm(2), time=TIME)
    told = own(89, np.array(200, "<u4").tobytes())
    assert small(whole, 200, camera=True) == datagram(CONFIGURE, container(ipm(1), told), ipm(2), time=TIME)


def test_without_a_segment_a_camera_recorder_says_it_as_the_others_do() -> None:
    for children in ((), (ipm(1),)):
        whole = datagram(CONFIGURE, *children, time=TIME)
        assert small(whole, 200, camera=True) == small(whole, 200)


def test_an_event_with_nothing_inside_is_left_out() -> None:
    assert small(event() + event(ipm(2)))[36:40] == np.array(20 + 32 + 44, "<u4").tobytes()
    assert small(event()) == b""


@pytest.mark.parametrize(("size", "kept"), [(100 - 20 - 4, True), (100 - 20, False)])
def test_the_extent_decides_what_becomes_a_proxy(size: int, kept: bool) -> None:
    made = small(event(xtc((1, 9), 2, bytes(size))), 100)
    assert (len(made) == 40 + 32 + 20 + size) == kept
    assert (len(made) == 40 + 32 + 36) == (not kept)


def test_event_codes_stay_whatever_their_size() -> None:
    codes = xtc((1, 0x100), 4 << 16 | 19, bytes(3000))
    assert codes in small(event(codes))


def test_of_an_incomplete_container_the_header_alone_stays() -> None:
    garbage = xtc((2, 1), 1, b"\xff" * 4000, damage=1 << 15)
    assert small(event(garbage)).endswith(xtc((2, 1), 1, damage=1 << 15))
