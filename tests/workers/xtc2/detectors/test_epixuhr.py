"""EpixUHR: packed words of eight lanes become pixels in their places."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.settings import parse
from monitor.xtc2.names import FieldType
from monitor.xtc2.write import Layout, names, shapes_data
from tests.support.xtc2_bytes import at
from tests.support.xtc2_rows import result_of
from workers.xtc2.detectors.epixuhr import unpack

F = FieldType
UHR = Layout(names_id=0x130, det_type="epixuhr", det_name="uhr", version=(3, 2, 1), fields={"raw": (F.UINT8, 2)})
ROWS, COLUMNS, BYTES = 168, 192, 48384


def packed(words: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """One ASIC as its lanes send it, word by word: the facility's lane map, pixel by pixel."""
    lanes = np.zeros((8, 4032), np.uint16)
    for row in range(ROWS):
        for column in range(COLUMNS):
            strip, inside = divmod(column, 12)
            half, rest = divmod(inside, 6)
            group, place = divmod((ROWS - 1 - row) * 6 + rest, 72)
            line, across = divmod(place, 6)
            cluster = 3 * line + across if across < 3 else 36 + 3 * line + 5 - across
            lanes[strip // 2, 4 * (14 * cluster + group) + 2 * (strip % 2) + half] = words[row, column]
    even, odd = lanes[:, ::2], lanes[:, 1::2]
    triples = np.stack([even & 255, even >> 8 | (odd & 15) << 4, odd >> 4], axis=2).reshape(8, -1)
    return triples.T.astype(np.uint8).reshape(-1)


def picture(seed: int) -> NDArray[np.uint16]:
    return np.random.default_rng(seed).integers(0, 4096, (ROWS, COLUMNS)).astype(np.uint16)


def plain(words: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Value below, switch in bit 11."""
    return (words // 2 + 2048 * (words % 2)).astype(np.uint16)


def test_every_pixel_is_in_its_place() -> None:
    words = picture(1)
    buffer = np.concatenate([np.zeros(5, np.uint8), np.tile(packed(words), 4)])
    out = np.zeros((1, 4 * ROWS * COLUMNS), np.uint16)
    unpack(buffer, np.array([5]), out)
    for asic in out.reshape(4, ROWS, COLUMNS):
        np.testing.assert_array_equal(asic, plain(words))


def test_bytes_outside_of_the_buffer_are_not_read() -> None:
    out = np.zeros((3, 4 * ROWS * COLUMNS), np.uint16)
    unpack(np.full(4 * BYTES, 255, np.uint8), np.array([-1, 1, 1 << 62]), out)
    assert not out.any()


def test_a_frame_goes_through_the_chain_with_a_pedestal_for_each_state(tmp_path: Path) -> None:
    words = np.full((ROWS, COLUMNS), 2 * 700, np.uint16)
    words[0, 0] = 2 * 300 + 1
    planes = np.ones((2, 4, ROWS, COLUMNS), np.float32) * np.array([600, 100], np.float32)[:, None, None, None]
    np.savez(tmp_path / "constants.npz", pedestals=planes, pixel_gain=np.ones_like(planes))
    feature = {"kind": "ROIFunc", "name": "full"}
    detector = {"name": "uhr", "constants": str(tmp_path / "constants.npz"), "feature": [feature], "common_mode": 0}
    settings = parse({"detector": [detector]})
    event = at(12, 10, shapes_data(UHR, {"raw": np.tile(packed(words), (4, 1))}))
    result = result_of(tmp_path, at(2, 1, names(UHR)), event, settings=settings)
    # All pixels have 100 but one in each ASIC, which has 200.
    assert result.rows.columns["uhr/full_sum"].values.tolist() == [4 * (100 * (ROWS * COLUMNS - 1) + 200)]


def test_another_packing_is_told_and_costs_only_the_frame(tmp_path: Path) -> None:
    result = result_of(tmp_path, at(2, 1, names(UHR)), at(12, 10, shapes_data(UHR, {"raw": np.zeros((4, 10))})))
    assert result.rows.columns["damage/uhr"].values.tolist() == [1]
    assert [text for text in result.trouble if "another packing" in text]
