"""Chains: constants become the numbers that kernels use, by the facility's rules, and what does not fit is said."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.errors import ConfigError
from workers.chain import Chain
from workers.corrections.common_mode import OFF, CommonMode
from workers.detectors.area import AreaFamily, GainCode, Layout, stacked_arrangement
from workers.detectors.jungfrau import GAIN
from workers.trouble import Trouble

SHAPE = (2, 3, 50)


def layout() -> Layout:
    return Layout(
        shape=SHAPE,
        like=np.empty(0, "<u2"),
        panels=lambda payloads: np.zeros((len(payloads), 2), np.int64),
        arrangement=lambda: stacked_arrangement(*SHAPE),
    )


def family(gain: GainCode | None = None) -> AreaFamily:
    return AreaFamily(types=frozenset(), layout=lambda *_: layout(), unit="keV", gain=gain)


def chain(
    constants: dict[str, NDArray[Any]], common_mode: int | None = None, gain: GainCode | None = None
) -> tuple[Chain, dict[str, int]]:
    note = Trouble()
    return Chain(layout(), family(gain), constants, common_mode, note, "det"), note.counts


def frames(made: Chain, raw: NDArray[np.uint16]) -> NDArray[np.float32]:
    offsets = np.arange(2, dtype=np.int64)[None] * 300
    return made.frames(offsets, np.zeros(1, np.int64), [raw.reshape(-1).view(np.uint8)])[0]


RAW = np.arange(300, dtype=np.uint16).reshape(SHAPE)


def test_without_pedestals_pixels_are_raw_whatever_else_there_is() -> None:
    made, _ = chain({"pixel_gain": np.full(SHAPE, 3.0), "pixel_status": np.ones(SHAPE)})
    np.testing.assert_array_equal(frames(made, RAW), RAW)
    assert (made.raw, made.unit, bool(made.good.all())) == (True, "ADU", True)


def test_gain_multiplies_and_a_status_masks() -> None:
    status = np.zeros(SHAPE)
    status[1, 2, 3] = 8
    made, _ = chain({"pedestals": np.ones(SHAPE), "pixel_gain": np.full(SHAPE, 3.0), "pixel_status": status})
    expected = (RAW.astype(np.float32) - 1) * 3
    expected[1, 2, 3] = np.nan
    np.testing.assert_array_equal(frames(made, RAW), expected)
    assert made.unit == "keV"


def test_constants_in_the_facilitys_flat_form_fit() -> None:
    made, notes = chain({"pedestals": np.ones((6, 50))})
    np.testing.assert_array_equal(frames(made, RAW), RAW.astype(np.float32) - 1)
    assert not notes


def test_three_ranges_use_inverse_gain_offset_and_any_bad_plane() -> None:
    status = np.zeros((3, *SHAPE))
    status[2, 0, 0, 0] = 1
    constants = {
        "pedestals": np.stack([np.full(SHAPE, g) for g in (1.0, 2.0, 3.0)]),
        "pixel_gain": np.stack([np.full(SHAPE, g) for g in (2.0, -4.0, 0.0)]),
        "pixel_offset": np.stack([np.full(SHAPE, g) for g in (0.0, 10.0, 0.0)]),
        "pixel_status": status,
    }
    made, _ = chain(constants, gain=GAIN)
    raw = np.full(SHAPE, 21, np.uint16)
    raw[0, 0, 1], raw[0, 0, 2] = 0x4000 | 20, 0xC000 | 20
    result = frames(made, raw)
    assert np.isnan(result[0, 0, 0])
    assert result[0, 0, 1:4].tolist() == [-2.0, 0.0, 10.0]


@pytest.mark.parametrize(
    ("stored", "wanted", "expected"),
    [
        (None, None, OFF),
        (None, 0, OFF),
        (None, 2, CommonMode(30.0, 100.0, 150)),
        ((2, 10, 20, 50), None, CommonMode(10.0, 20.0, 128)),
        ((2, 10, 20, 150), 2, CommonMode(10.0, 20.0, 150)),
        ((2, 10, 20, 150), 0, OFF),
        ((1, 25, 25, 100), 2, CommonMode(30.0, 100.0, 150)),
    ],
)
def test_common_mode_follows_the_settings_then_the_file(stored: Any, wanted: int | None, expected: CommonMode) -> None:
    constants = {"pedestals": np.ones(SHAPE)} | ({} if stored is None else {"common_mode": np.array(stored, float)})
    assert chain(constants, wanted)[0].common_mode == expected


def test_an_algorithm_of_the_file_that_is_not_here_is_said() -> None:
    made, notes = chain({"pedestals": np.ones(SHAPE), "common_mode": np.array([1.0, 25, 25, 100])})
    assert made.common_mode == OFF
    assert notes == {"det: common mode 1 of the calibration is not available; none is used": 1}


def test_an_algorithm_of_the_settings_that_is_not_here_is_refused() -> None:
    with pytest.raises(ConfigError, match="common mode 1 is not available"):
        chain({"pedestals": np.ones(SHAPE)}, 1)
