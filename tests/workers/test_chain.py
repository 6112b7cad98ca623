"""Chains: constants become the numbers that kernels use, by the facility's rules, and what does not fit is said."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.settings import CommonMode, Mask
from workers.chain import Chain
from workers.detectors.area import AreaFamily, GainCode, Layout, stacked_arrangement
from workers.detectors.jungfrau import GAIN
from workers.mask import mask_for
from workers.trouble import Trouble

SHAPE = (2, 3, 50)


def layout(**more: Any) -> Layout:
    return Layout(
        shape=SHAPE,
        like=np.empty(0, "<u2"),
        panels=lambda payloads: np.zeros((len(payloads), 2), np.int64),
        arrangement=lambda: stacked_arrangement(*SHAPE),
        **more,
    )


def family(gain: GainCode | None = None) -> AreaFamily:
    return AreaFamily(types=frozenset(), layout=lambda *_: layout(), unit="keV", gain=gain)


def chain(
    constants: dict[str, NDArray[Any]], common_mode: int | None = None, gain: GainCode | None = None, **more: Any
) -> tuple[Chain, dict[str, int]]:
    note = Trouble()
    wanted = None if common_mode is None else CommonMode(algorithm=common_mode)
    good = mask_for(Mask(), constants, SHAPE)
    return Chain(layout(**more), family(gain), constants, good, wanted, note.note, "det"), note.counts


def frames(made: Chain, raw: NDArray[np.uint16]) -> NDArray[np.float32]:
    offsets = np.arange(2, dtype=np.int64)[None] * 300
    (frame,) = made.frames(offsets, np.zeros(1, np.int64), [raw.reshape(-1).view(np.uint8)])
    return np.asarray(frame)


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


def test_pixels_of_the_other_ranges_neither_count_for_the_common_mode_nor_are_corrected() -> None:
    constants = {"pedestals": np.zeros((3, *SHAPE), np.float32), "common_mode": np.array([3.0, 1000, 1000, 150])}
    made, _ = chain(constants, gain=GAIN, common_mode_good=(0,))
    raw = np.full(SHAPE, 7, np.uint16)
    raw[0, 0, :5] = 0xC000 | 900
    result = frames(made, raw)
    assert result[0, 0, 5:].tolist() == [0] * 45
    assert result[1].tolist() == np.zeros(SHAPE[1:]).tolist()


def test_an_absent_panel_is_absent_after_every_common_mode() -> None:
    for number in (2, 3):
        made, _ = chain({"pedestals": np.ones(SHAPE)}, number)
        result = made.frames(np.array([[0, -1]]), np.zeros(1, np.int64), [RAW.reshape(-1).view(np.uint8)])[0]
        assert np.isnan(result[1]).all()
        assert np.isfinite(result[0]).all()


def test_the_factor_of_the_configuration_comes_before_the_gain() -> None:
    factor = np.full(SHAPE, 6.85, np.float32)
    made, _ = chain({"pedestals": np.zeros(SHAPE), "pixel_gain": np.full(SHAPE, 2.0)}, pixel_factor=factor)
    np.testing.assert_allclose(frames(made, RAW), RAW * 13.7, rtol=1e-6)


@pytest.mark.parametrize("common_mode", [0, 1, 2])
@pytest.mark.parametrize("places", [[1, 0, 1, 0, 1], [0, 0, 2, 2, 1], [2, 1, 1, 1, 0]])
def test_frames_do_not_depend_on_how_payloads_lie_in_buffers(places: list[int], common_mode: int) -> None:
    made, _ = chain({"pedestals": np.ones(SHAPE)}, common_mode)
    raws = [(RAW * factor).astype(np.uint16) for factor in range(1, 6)]
    # Each event is where its place says, and something else is there in the other buffers.
    buffers = [np.full((5, *SHAPE), 7, np.uint16) for _ in range(3)]
    for event, place in enumerate(places):
        buffers[place][event] = raws[event]
    offsets = (np.arange(10, dtype=np.int64) * 300).reshape(5, 2)
    together = made.frames(offsets, np.array(places), [buffer.reshape(-1).view(np.uint8) for buffer in buffers])
    np.testing.assert_array_equal(together, [frames(made, raw) for raw in raws])


def test_no_payload_makes_no_frame() -> None:
    made, _ = chain({"pedestals": np.ones(SHAPE)})
    assert made.frames(np.empty((0, 2), np.int64), np.empty(0, np.int64), []).shape == (0, *SHAPE)


@pytest.mark.parametrize("number", [-1, -2])
def test_raw_is_raw_although_there_are_constants(number: int) -> None:
    made, _ = chain({"pedestals": np.ones(SHAPE)}, number)
    np.testing.assert_array_equal(frames(made, RAW), RAW)


def epix10ka(number: int, word: int) -> float:
    """A pixel of an Epix10ka in the middle range of four with pedestals 1, 2, ... and gains 2, 4, ..."""
    code = GainCode(adc_bits=0x3FFF, shift=14, plane_of_code=(0, 1, 0, 1), planes=2, ranges=7)
    ranges = np.arange(1, 8, dtype=np.float32)
    constants = {
        "pedestals": np.broadcast_to(ranges[:, None, None, None], (7, *SHAPE)),
        "pixel_gain": np.broadcast_to(2 * ranges[:, None, None, None], (7, *SHAPE)),
    }
    gain_map = np.stack([np.full(SHAPE, 3, np.int8), np.full(SHAPE, 5, np.int8)])
    made, _ = chain(constants, number, code, gain_map=gain_map)
    return float(frames(made, np.full(SHAPE, word, np.uint16))[0, 0, 0])


@pytest.mark.parametrize(
    ("number", "high", "low"),
    [(80, (100 - 4) / 8, (100 - 6) / 12), (0, 99, 99), (81, 99, 9900), (82, 96, 9400), (-1, 100, 100), (-2, 100, 0x4000 + 100)],
)
def test_numbers_of_an_epix10ka_choose_pedestal_and_gain(number: int, high: float, low: float) -> None:
    assert epix10ka(number, 100) == pytest.approx(high)
    assert epix10ka(number, 0x4000 + 100) == pytest.approx(low)


def test_an_algorithm_for_another_detector_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"detector\.det\.common_mode: common mode 5: only CsPad"):
        chain({"pedestals": np.ones(SHAPE)}, 5)


@pytest.mark.parametrize("number", [9, 5])
def test_an_algorithm_of_a_file_that_cannot_be_is_said_and_left_out(number: int) -> None:
    made, notes = chain({"pedestals": np.ones(SHAPE), "common_mode": np.array([number, 25.0])})
    np.testing.assert_array_equal(frames(made, RAW), RAW.astype(np.float32) - 1)
    assert [text.startswith("det: the common mode of the calibration is not used") for text in notes] == [True]
