"""EpixUHR 3x2: six ASICs become a panel, and configuration and switch choose the constants."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.errors import DamagedData
from monitor.settings import parse
from monitor.xtc2.names import FieldType
from monitor.xtc2.write import Layout, names, shapes_data
from tests.support.xtc2_bytes import at
from tests.support.xtc2_rows import result_of
from workers.xtc2.detectors.epixuhr3x2 import gain_map, pixel_bits, unpack

F = FieldType
PANEL = Layout(names_id=0x180, det_type="epixuhr3x2", det_name="uhr", version=(0, 1, 0), fields={"raw": (F.UINT16, 2)})
CONFIG = Layout(
    names_id=0x181,
    det_type="epixuhr3x2",
    det_name="uhr",
    algorithm="config",
    fields={"gainAsic": (F.UINT8, 1), "gainCSVAsic": (F.UINT8, 2)},
)
ASIC = 168 * 192
# Pixel (0, 0) of the ASICs: upper right corner of the upper three, lower left corner of the lower three.
CORNERS = [(0, 191), (0, 383), (0, 575), (335, 0), (335, 192), (335, 384)]


def config(*of_asics: int, pixels: int = 0) -> dict[str, Any]:
    return {"gainAsic": np.array(of_asics), "gainCSVAsic": np.full((6, ASIC), pixels, np.uint8)}


def test_asics_lie_as_they_are_mounted_and_unused_bits_do_not_count() -> None:
    sent = np.zeros((6, ASIC), "<u2")
    sent[:, 0] = [0xF000 | 2 * (10 + asic) for asic in range(6)]
    sent[0, 1] = 2 * 99 + 1
    out = np.zeros((1, 6 * ASIC), np.uint16)
    unpack(np.concatenate([np.zeros(3, np.uint8), sent.reshape(-1).view(np.uint8)]), np.array([3]), out)
    panel = out.reshape(336, 576)
    assert [panel[place] for place in CORNERS] == [10, 11, 12, 13, 14, 15]
    assert panel[0, 190] == 99 + 2048
    assert np.count_nonzero(panel) == 7


def test_bytes_outside_of_the_buffer_are_not_read() -> None:
    out = np.zeros((3, 6 * ASIC), np.uint16)
    unpack(np.full(12 * ASIC, 255, np.uint8), np.array([-1, 1, 1 << 62]), out)
    assert not out.any()


@pytest.mark.parametrize(
    ("bits", "ranges"),
    [
        (0b100000, (0, 0)),
        (0b101000, (1, 1)),
        (0b000001, (2, 2)),
        (0b100001, (3, 3)),
        (0b010000, (4, 2)),
        (0b110000, (5, 3)),
        (0b011000, (6, 2)),
        (0b111000, (7, 3)),
        (0b101100, (1, 1)),
        (0b110001, (-1, -1)),
    ],
)
def test_the_bits_of_a_pixel_choose_its_range_before_and_after_switching(bits: int, ranges: tuple[int, int]) -> None:
    found = gain_map([config(0, 0, 0, 0, 0, 0, pixels=bits)])
    assert found.shape == (2, 1, 336, 576)
    assert np.unique(found[0]).tolist() == [ranges[0]]
    assert np.unique(found[1]).tolist() == [ranges[1]]


def test_bits_of_an_asic_hold_for_all_of_its_pixels() -> None:
    found = pixel_bits(config(0, 56, 0, 0, 40, 0, pixels=32))
    assert [found[place] for place in CORNERS] == [32, 56, 32, 32, 40, 32]


def test_a_configuration_without_gains_is_refused() -> None:
    with pytest.raises(DamagedData, match="does not tell the gains"):
        gain_map([{"gainAsic": np.zeros(6)}])


def test_a_switched_pixel_takes_the_constants_of_a_fixed_low_gain(tmp_path: Path) -> None:
    sent = np.full((6, ASIC), 2 * 1000, np.uint16)
    sent[0, 0] += 1
    # All automatic from high to the second low gain: range 5, and 3 after switching.
    ranges = np.arange(8, dtype=np.float32)[:, None, None] * 100 * np.ones((336, 576), np.float32)
    np.savez(tmp_path / "constants.npz", pedestals=ranges, pixel_gain=np.ones_like(ranges))
    detector = {"name": "uhr", "constants": str(tmp_path / "constants.npz"), "feature": [{"kind": "ROIFunc", "name": "full"}]}
    configure = at(2, 1, names(PANEL), names(CONFIG), shapes_data(CONFIG, config(48, 48, 48, 48, 48, 48)))
    event = at(12, 10, shapes_data(PANEL, {"raw": sent}))
    result = result_of(tmp_path, configure, event, settings=parse({"detector": [detector]}))
    assert result.rows.columns["uhr/full_sum"].values.tolist() == [500.0 * (6 * ASIC - 1) + 700.0]
