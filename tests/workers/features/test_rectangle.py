"""Moments of rectangles of more than one stretch equal NumPy's over the good pixels, however panels lie in the image."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from workers.features.rectangle import (
    ABOVE,
    COLUMN,
    COUNT,
    IMAGE_COLUMN,
    IMAGE_ROW,
    LARGEST,
    ROW,
    SMALLEST,
    SPREAD,
    STRETCH,
    TOTAL,
    Rectangle,
)

SHAPE = (2, 37, 90)
assert SHAPE[1] * SHAPE[2] > 3 * STRETCH
NOWHERE = np.zeros((0, 0, 0), np.float32)


def found(frame: NDArray[Any], row: NDArray[Any] = NOWHERE, column: NDArray[Any] = NOWHERE) -> NDArray[np.float64]:
    """Numbers of the panels of one frame."""
    grid = np.arange(frame.size, dtype=np.int32).reshape(frame.shape)
    places = (row.astype(np.float32), column.astype(np.float32))
    numbers = Rectangle(grid, np.ones(frame.shape, bool), *places, -np.inf, np.inf, np.inf).numbers(frame.reshape(1, -1))
    return np.asarray(numbers[0])


def noise(kind: Any, seed: int = 2) -> NDArray[Any]:
    random = np.random.default_rng(seed)
    frame = random.normal(3, 2, SHAPE).astype(kind)
    frame[random.random(SHAPE) < 0.02] = np.nan
    return frame


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("offset", [-100, 0, 100, 3_000, 100_000])
def test_extremes_count_and_spread_are_numpys(kind: Any, offset: int) -> None:
    frame = noise(kind) + kind(offset)
    numbers, panels = found(frame), frame.reshape(2, -1).astype(np.float64)
    np.testing.assert_array_equal(numbers[:, LARGEST], np.nanmax(panels, axis=1))
    np.testing.assert_array_equal(numbers[:, SMALLEST], np.nanmin(panels, axis=1))
    np.testing.assert_array_equal(numbers[:, COUNT], np.isfinite(panels).sum(axis=1))
    np.testing.assert_allclose(numbers[:, SPREAD], np.nanvar(panels, axis=1) * numbers[:, COUNT], rtol=1e-11)


def test_rows_far_from_those_before_do_not_spoil_the_spread() -> None:
    frame = noise(np.float64)
    frame[:, 20:] += 1e7
    numbers = found(frame)
    spread = np.nanvar(frame.reshape(2, -1), axis=1) * numbers[:, COUNT]
    np.testing.assert_allclose(numbers[:, SPREAD], spread, rtol=1e-12)


def test_equal_pixels_have_no_spread() -> None:
    np.testing.assert_array_equal(found(np.full(SHAPE, 0.1, np.float32))[:, SPREAD], 0)


def test_infinite_pixels_are_extremes() -> None:
    frame = noise(np.float32)
    frame[0, 3, 3], frame[1, 30, 5] = np.inf, -np.inf
    numbers = found(frame)
    assert (numbers[0, LARGEST], numbers[1, SMALLEST]) == (np.inf, -np.inf)
    assert numbers[0, SMALLEST] == np.nanmin(frame[0])


@pytest.mark.parametrize("tilt", [0.0, 0.03, -0.1, 5.0])
@pytest.mark.parametrize("turn", [1, -1])
def test_moments_in_the_image_are_those_of_the_places(tilt: float, turn: int) -> None:
    panel, row, column = np.indices(SHAPE)
    down, across = np.rint(row * turn + tilt * column) + 900 * panel, np.rint(turn * column - tilt * row) + 700
    frame = noise(np.float32)
    numbers, values = found(frame, down, across), np.nan_to_num(frame.astype(np.float64))
    np.testing.assert_allclose(numbers[:, IMAGE_ROW], (values * down).sum(axis=(1, 2)), rtol=1e-9)
    np.testing.assert_allclose(numbers[:, IMAGE_COLUMN], (values * across).sum(axis=(1, 2)), rtol=1e-9)


def test_bad_rows_without_a_place_spoil_no_moment() -> None:
    frame, (_, down, across) = noise(np.float32), np.indices(SHAPE).astype(np.float32)
    frame[0, 4], down[0, 4], across[1, 9, 9] = np.nan, np.nan, np.nan
    numbers = found(frame, down, across)
    assert numbers[0, IMAGE_ROW] == pytest.approx(np.nansum(frame[0].astype(np.float64) * down[0]), rel=1e-9)
    assert np.isnan(numbers[1, IMAGE_COLUMN])
    assert numbers[1, TOTAL] == pytest.approx(np.nansum(frame[1], dtype=np.float64), rel=1e-12)


@pytest.mark.parametrize(("low", "high"), [(-np.inf, np.inf), (1.0, np.inf), (2.0, 5.0)])
@pytest.mark.parametrize("cut", ["whole", "inner", "scattered"])
@pytest.mark.parametrize("masked", [False, True])
def test_masks_and_thresholds_choose_the_pixels_wherever_they_lie(low: float, high: float, cut: str, masked: bool) -> None:
    frame, random = noise(np.float32), np.random.default_rng(7)
    grid = np.arange(frame.size, dtype=np.int32).reshape(SHAPE)
    if cut == "inner":
        grid = np.ascontiguousarray(grid[:, 1:-1, 3:-2])
    elif cut == "scattered":
        grid = random.permutation(grid.reshape(-1)).reshape(SHAPE)
        grid[random.random(SHAPE) < 0.05] = -1
    keep = random.random(grid.shape) < 0.9 if masked else np.ones(grid.shape, bool)
    numbers = Rectangle(grid, keep, NOWHERE, NOWHERE, low, high, 4.0).numbers(frame.reshape(1, -1))[0]
    values = np.where(keep & (grid >= 0), frame.reshape(-1)[grid], np.nan).astype(np.float64)
    values[(values < low) | (values > high)] = 0
    _, down, across = np.indices(grid.shape)
    for number, expected in (
        (TOTAL, np.nansum(values, axis=(1, 2))),
        (COUNT, np.isfinite(values).sum(axis=(1, 2))),
        (LARGEST, np.nanmax(values, axis=(1, 2))),
        (SMALLEST, np.nanmin(values, axis=(1, 2))),
        (SPREAD, np.nanvar(values, axis=(1, 2)) * np.isfinite(values).sum(axis=(1, 2))),
        (ROW, np.nansum(values * down, axis=(1, 2))),
        (COLUMN, np.nansum(values * across, axis=(1, 2))),
        (ABOVE, (values >= 4.0).sum(axis=(1, 2))),
    ):
        np.testing.assert_allclose(numbers[:, number], expected, rtol=1e-11, err_msg=str(number))
