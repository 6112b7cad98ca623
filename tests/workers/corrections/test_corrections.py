"""Kernels of pedestal and gain against their plain twins: NaN, empty, saturated, all masked, absent panels."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from workers.corrections.gain_switch import (
    NO_PLANE,
    PIECE,
    counting_planes,
    for_planes,
    multiply,
    subtract_dark,
    switch_gain,
    switch_gain_plain,
)
from workers.corrections.level import level, level_plain, multiply_gain, raw_panels, subtract_pedestal
from workers.detectors import epix10ka, jungfrau
from workers.detectors.area import GainCode

PANELS, PIXELS = 3, 150


def recorded(dtype: str, events: int, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Random raw panels behind 7 bytes of something else, so that nothing is aligned; panel 1 of event 0 is absent."""
    rng = np.random.default_rng(seed)
    info = np.iinfo(dtype)
    raw = rng.integers(info.min, info.max, (events, PANELS, PIXELS), dtype, endpoint=True)
    raw[..., :2] = info.max
    offsets = 7 + np.arange(events * PANELS, dtype=np.int64).reshape(events, PANELS) * PIXELS * raw.itemsize
    if events:
        offsets[0, 1] = -1
    return np.frombuffer(bytes(7) + raw.tobytes(), np.uint8), offsets


def constants(seed: int, shape: tuple[int, ...], masked: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    rng = np.random.default_rng(seed)
    pedestal = rng.normal(100, 10, shape).astype(np.float32)
    factor = rng.uniform(0.5, 2, shape).astype(np.float32)
    if masked == "some":
        factor[..., ::5] = np.nan
    if masked == "all":
        factor[:] = np.nan
    return pedestal, factor


@pytest.mark.parametrize("dtype", ["<i2", "<u2", "u1"])
@pytest.mark.parametrize("events", [0, 1, 3])
@pytest.mark.parametrize("masked", ["none", "some", "all"])
def test_level_equals_its_plain_twin_in_one_pass_and_in_two(dtype: str, events: int, masked: str) -> None:
    buffer, offsets = recorded(dtype, events, 1)
    pedestal, factor = constants(2, (PANELS, PIXELS), masked)
    fast, halves, plain = np.empty((3, events, PANELS, PIXELS), np.float32)
    like: NDArray[Any] = np.empty(0, dtype)
    level(buffer, offsets, like, pedestal, factor, fast)
    subtract_pedestal(buffer, offsets, like, pedestal, halves)
    multiply_gain(factor, halves)
    level_plain(buffer, offsets, like, pedestal, factor, plain)
    np.testing.assert_allclose(fast, plain, rtol=1e-5, atol=5e-3)
    np.testing.assert_array_equal(halves, fast)
    if events:
        assert np.isnan(fast[0, 1]).all()


@pytest.mark.parametrize("events", [0, 1, 3])
@pytest.mark.parametrize("masked", ["none", "some", "all"])
@pytest.mark.parametrize("code", [jungfrau.GAIN, epix10ka.GAIN], ids=["jungfrau", "epix10ka"])
def test_gain_switching_equals_its_plain_twin(events: int, masked: str, code: GainCode) -> None:
    buffer, offsets = recorded("<u2", events, 3)
    pedestal, factor = constants(4, (code.planes, PANELS, PIXELS), masked)
    fast, plain = np.empty((2, events, PANELS, PIXELS), np.float32)
    switch_gain(buffer, offsets, code, pedestal, factor, fast)
    switch_gain_plain(buffer, offsets, code, pedestal, factor, plain)
    np.testing.assert_allclose(fast, plain, rtol=1e-6)
    halves, planes = np.empty_like(fast), np.empty(fast.shape, np.uint8)
    subtract_dark(buffer, offsets, code, pedestal, halves, planes)
    multiply(planes, factor, halves)
    np.testing.assert_array_equal(halves, fast)


@pytest.mark.parametrize("pixels", [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 77])
def test_panels_of_several_pieces_equal_their_plain_twins(pixels: int) -> None:
    rng = np.random.default_rng(pixels)
    raw = rng.integers(0, 1 << 14, (3, 1, pixels)).astype("<u2")
    raw[rng.random(raw.shape) < 0.01] |= 1 << 14
    raw[2] |= rng.integers(0, 4, pixels).astype("<u2") << 14
    offsets = np.array([[0], [-1], [4 * pixels]], np.int64)
    pedestal, factor = constants(5, (jungfrau.GAIN.planes, 1, pixels), "some")
    fast, plain = np.empty((2, 3, 1, pixels), np.float32)
    buffer = raw.reshape(-1).view(np.uint8)
    switch_gain(buffer, offsets, jungfrau.GAIN, pedestal, factor, fast)
    switch_gain_plain(buffer, offsets, jungfrau.GAIN, pedestal, factor, plain)
    np.testing.assert_array_equal(fast, plain)
    halves, planes = np.empty_like(fast), np.empty(fast.shape, np.uint8)
    subtract_dark(buffer, offsets, jungfrau.GAIN, pedestal, halves, planes)
    multiply(planes, factor, halves)
    np.testing.assert_array_equal(halves, plain)
    level(buffer, offsets, np.empty(0, "<u2"), pedestal[0], factor[0], fast)
    level_plain(buffer, offsets, np.empty(0, "<u2"), pedestal[0], factor[0], plain)
    np.testing.assert_allclose(fast, plain, rtol=1e-5, atol=5e-3)


def test_an_invalid_range_code_gives_the_adc_value() -> None:
    raw = np.array([5, 0x4000 | 5, 0x8000 | 5, 0xC000 | 5], "<u2")
    pedestal = np.array([1, 2, 3], np.float32).repeat(4).reshape(3, 1, 4)
    factor = np.array([10, 100, 1000], np.float32).repeat(4).reshape(3, 1, 4)
    out = np.empty((1, 1, 4), np.float32)
    switch_gain(raw.view(np.uint8), np.zeros((1, 1), np.int64), jungfrau.GAIN, pedestal, factor, out)
    assert out.ravel().tolist() == [40.0, 300.0, 5.0, 2000.0]


def test_constants_follow_the_gain_map_and_are_neutral_where_it_is_undefined() -> None:
    ranges = np.arange(21, dtype=np.float32).reshape(7, 3)
    gain_map = np.array([[0, 3, -1], [0, 5, 6]], np.int8)
    assert for_planes(ranges, gain_map, 1).tolist() == [[0, 10, 1], [0, 16, 20]]
    assert for_planes(ranges, None, 1) is ranges


def test_pixels_count_for_the_common_mode_in_the_ranges_that_are_named() -> None:
    gain_map = np.array([[0, 3, -1], [0, 5, 2]], np.int8)
    assert counting_planes(2, (3,), gain_map, (0, 1, 3, 4)).tolist() == [[True, True, False], [True, False, False]]
    assert counting_planes(3, (2,), None, (0,)).tolist() == [[True, True], [False, False], [False, False]]


@pytest.mark.parametrize(("shift", "planes", "table"), [(14, 2, (0, 1)), (14, 2, (0, 1, 2, 0)), (15, 1, (0, 1))])
def test_a_gain_code_that_does_not_cover_its_words_is_refused(shift: int, planes: int, table: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="planes"):
        GainCode(adc_bits=0x3FFF, shift=shift, plane_of_code=table, planes=planes)


@pytest.mark.parametrize("offset", [-5, 1, 1 << 60, np.iinfo(np.int64).max])
def test_a_panel_that_reaches_outside_is_absent(offset: int) -> None:
    buffer = np.zeros(PIXELS * 2, np.uint8)
    out = np.zeros((1, 1, PIXELS), np.float32)
    ones = np.ones((1, PIXELS), np.float32)
    level(buffer, np.array([[offset]], np.int64), np.empty(0, "<u2"), ones, ones, out)
    assert np.isnan(out).all()
    out[:] = 0
    planes = np.ones((3, 1, PIXELS), np.float32)
    switch_gain(buffer, np.array([[offset]], np.int64), jungfrau.GAIN, planes, planes, out)
    assert np.isnan(out).all()
    out[:] = 0
    chosen = np.zeros(out.shape, np.uint8)
    subtract_dark(buffer, np.array([[offset]], np.int64), jungfrau.GAIN, planes, out, chosen)
    assert np.isnan(out).all()
    assert (chosen == NO_PLANE).all()
    out[:] = 0
    raw_panels(buffer, np.array([[offset]], np.int64), np.empty(0, "<u2"), out)
    assert np.isnan(out).all()
