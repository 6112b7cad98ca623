"""CsPad: sections are found whatever the order of quads, nothing outside is read, and the rough image is the known one."""

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.simulate.devices.cspad_place import pixel_places
from workers.detectors.cspad import SECTION_BYTES, arrangement, sections_in
from workers.payloads import ENTRY, Payloads

HEAD, TAIL = 32, 4


def element(quad: int, sections: int) -> bytes:
    head = bytearray(HEAD)
    head[7] = quad
    return bytes(head) + bytes(sections * SECTION_BYTES) + bytes(TAIL)


def one_payload(data: bytes, size: int | None = None) -> Payloads:
    entries = np.zeros(1, ENTRY)
    entries["size"] = len(data) if size is None else size
    return Payloads(entries, [np.frombuffer(data, np.uint8)], 1)


def masks(*bits: int) -> NDArray[np.int64]:
    return np.array(bits, np.int64)


def test_sections_are_found_in_any_order_of_quads() -> None:
    data = element(2, 1) + element(0, 2)
    (offsets,) = sections_in(one_payload(data), 2, masks(0b10000001, 0, 0b100, 0))
    second = HEAD + SECTION_BYTES + TAIL + HEAD
    assert {int(i): int(at) for i, at in enumerate(offsets) if at >= 0} == {
        18: HEAD,
        0: second,
        7: second + SECTION_BYTES,
    }


@pytest.mark.parametrize("cut", [0, 7, 8, HEAD - 1, HEAD, HEAD + SECTION_BYTES - 1, HEAD + SECTION_BYTES])
def test_a_short_payload_has_only_the_sections_that_are_whole(cut: int) -> None:
    data = element(1, 2)
    (offsets,) = sections_in(one_payload(data, cut), 1, masks(0, 3, 0, 0))
    assert (offsets >= 0).sum() == max(0, cut - HEAD) // SECTION_BYTES


def test_a_size_that_is_a_lie_reads_nothing_outside() -> None:
    (offsets,) = sections_in(one_payload(bytes(100), 1 << 40), 4, masks(255, 255, 255, 255))
    assert (offsets == -1).all()


def test_the_rough_image_shows_as_many_pixels_as_the_facilitys() -> None:
    assert (arrangement().index() >= 0).sum() == 2291885


def test_every_pixel_is_where_the_simulator_puts_it() -> None:
    rows, columns = pixel_places()
    places = arrangement()
    np.testing.assert_array_equal(places.rows, rows)
    np.testing.assert_array_equal(places.columns, columns)
