"""Kernels against their plain twins: NaN, empty, saturated, all masked, absent panels, blocks that do and do not fit panels."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.errors import ConfigError
from workers.corrections.common_mode import OFF, CommonMode, common_mode_from
from workers.corrections.gain_switch import switch_gain, switch_gain_plain
from workers.corrections.level import level, level_plain, raw_panels, subtract_common_mode

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
@pytest.mark.parametrize("common_mode", [OFF, CommonMode(120, 1e6, 150), CommonMode(120, 20, 50), CommonMode(1e9, 1e9, 101)])
def test_level_equals_its_plain_twin(dtype: str, events: int, masked: str, common_mode: CommonMode) -> None:
    buffer, offsets = recorded(dtype, events, 1)
    pedestal, factor = constants(2, (PANELS, PIXELS), masked)
    fast, plain = np.empty((2, events, PANELS, PIXELS), np.float32)
    like: NDArray[Any] = np.empty(0, dtype)
    level(buffer, offsets, like, pedestal, factor, common_mode, fast)
    level_plain(buffer, offsets, like, pedestal, factor, common_mode, plain)
    np.testing.assert_allclose(fast, plain, rtol=1e-5, atol=5e-3)
    if events:
        assert np.isnan(fast[0, 1]).all()


@pytest.mark.parametrize("events", [0, 1, 3])
@pytest.mark.parametrize("masked", ["none", "some", "all"])
def test_gain_switching_equals_its_plain_twin(events: int, masked: str) -> None:
    buffer, offsets = recorded("<u2", events, 3)
    pedestal, factor = constants(4, (3, PANELS, PIXELS), masked)
    fast, plain = np.empty((2, events, PANELS, PIXELS), np.float32)
    switch_gain(buffer, offsets, pedestal, factor, fast)
    switch_gain_plain(buffer, offsets, pedestal, factor, plain)
    np.testing.assert_allclose(fast, plain, rtol=1e-6)


def test_an_invalid_range_code_gives_the_adc_value() -> None:
    raw = np.array([5, 0x4000 | 5, 0x8000 | 5, 0xC000 | 5], "<u2")
    pedestal = np.array([1, 2, 3], np.float32).repeat(4).reshape(3, 1, 4)
    factor = np.array([10, 100, 1000], np.float32).repeat(4).reshape(3, 1, 4)
    out = np.empty((1, 1, 4), np.float32)
    switch_gain(raw.view(np.uint8), np.zeros((1, 1), np.int64), pedestal, factor, out)
    assert out.ravel().tolist() == [40.0, 300.0, 5.0, 2000.0]


@pytest.mark.parametrize("offset", [-5, 1, 1 << 60, np.iinfo(np.int64).max])
def test_a_panel_that_reaches_outside_is_absent(offset: int) -> None:
    buffer = np.zeros(PIXELS * 2, np.uint8)
    out = np.zeros((1, 1, PIXELS), np.float32)
    ones = np.ones((1, PIXELS), np.float32)
    level(buffer, np.array([[offset]], np.int64), np.empty(0, "<u2"), ones, ones, OFF, out)
    assert np.isnan(out).all()
    out[:] = 0
    switch_gain(
        buffer, np.array([[offset]], np.int64), np.ones((3, 1, PIXELS), np.float32), np.ones((3, 1, PIXELS), np.float32), out
    )
    assert np.isnan(out).all()
    out[:] = 0
    raw_panels(buffer, np.array([[offset]], np.int64), np.empty(0, "<u2"), out)
    assert np.isnan(out).all()


def test_a_block_without_good_pixels_is_left_alone() -> None:
    values = np.array([5, 6, 50, 60, np.nan], np.float32)
    factor = np.array([np.nan, np.nan, 1, 1, 1], np.float32)
    subtract_common_mode(values, factor, 30.0, 100.0, 2)
    np.testing.assert_array_equal(values, np.array([5, 6, 50, 60, np.nan], np.float32))


def test_a_mean_that_is_too_large_is_not_believed() -> None:
    values = np.array([10, 12, 3, 5], np.float32)
    subtract_common_mode(values, np.ones(4, np.float32), 30.0, 10.0, 2)
    assert values.tolist() == [10.0, 12.0, -1.0, 1.0]


def test_an_algorithm_that_is_not_here_is_named() -> None:
    with pytest.raises(ConfigError, match="common mode 7 is not available"):
        common_mode_from((7, 3, 200, 10))


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [((0,), OFF), ((), OFF), ((2, 10, 10, 0), CommonMode(10, 10, 128)), ((2, 100, 50, 256), CommonMode(100, 50, 256))],
)
def test_parameters_of_a_common_mode_file(parameters: tuple[float, ...], expected: CommonMode) -> None:
    assert common_mode_from(parameters) == expected
