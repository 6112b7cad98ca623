"""The zero-photon peak: kernel against its twin, and against peaks put there."""

import numpy as np
import pytest
from numpy.typing import NDArray

from workers.corrections.common_mode.histogram import BINS, subtract_peaks
from workers.corrections.common_mode.plain import subtract_peaks_plain

LIMITS = (50.0, 20.0, 100)


def taken(lines: NDArray[np.float32], good: NDArray[np.bool_], starts: list[int], extent: tuple[int, int]) -> NDArray[np.float32]:
    found = np.empty((len(lines), len(starts)), np.float32)
    scratch = (np.empty(extent[0], np.int16), np.zeros((4, BINS + 1), np.int32))
    subtract_peaks(lines, good, np.array(starts, np.int64), extent, LIMITS, scratch, found)
    return found


def noise(lines: int, pixels: int, seed: int) -> NDArray[np.float32]:
    random = np.random.default_rng(seed)
    values = random.normal(0, 4, (lines, pixels)) + random.uniform(-40, 40, (lines, 1))
    values[random.random(values.shape) < 0.1] += 300
    return values.astype(np.float32)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("masked", [0.0, 0.3, 1.0])
def test_the_kernel_equals_its_twin(stride: int, masked: float) -> None:
    lines = noise(3, 8003, 2)
    lines[1, ::3], lines[2] = np.nan, 65535.0
    good = np.random.default_rng(1).random((1, lines.shape[1])) >= masked
    starts, fast, plain = [0, 4000, 9000], lines.copy(), lines.copy()
    found = taken(fast, good, starts, (2000, stride))
    expected = subtract_peaks_plain(plain, good, np.array(starts), (2000, stride), LIMITS)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    np.testing.assert_allclose(fast, plain, atol=1e-4)


def test_the_peak_is_found_within_a_part_of_its_width() -> None:
    lines = np.random.default_rng(3).normal(12.3, 3, (1, 50000)).astype(np.float32)
    found = taken(lines, np.ones((1, 50000), bool), [0], (50000, 1))
    assert abs(found[0, 0] - 12.3) < 0.1


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30, -1000.6, 2000.0])
def test_values_outside_the_histogram_are_dropped(value: float) -> None:
    lines = np.full((1, 500), value, np.float32)
    assert np.isnan(taken(lines, np.ones((1, 500), bool), [0], (500, 1))[0, 0])


def test_halves_are_rounded_away_from_zero() -> None:
    lines = np.full((1, 500), -2.5, np.float32)
    assert taken(lines, np.ones((1, 500), bool), [0], (500, 1))[0, 0] == -3


def test_a_segment_begins_clean_after_another() -> None:
    lines = np.repeat(np.array([[5.0, 9.0]], np.float32), 500, axis=1).reshape(1, -1)
    assert taken(lines, np.ones((1, 1000), bool), [0, 500], (500, 1)).tolist() == [[5.0, 9.0]]


def test_no_pixels_have_no_peak() -> None:
    assert np.isnan(taken(np.empty((1, 0), np.float32), np.empty((1, 0), bool), [0], (10, 1))[0, 0])
