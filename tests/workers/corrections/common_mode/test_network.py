"""The cut-down sorting network has the middle values of any line where a sort has them."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from workers.corrections.common_mode.network import median_network


def through(lines: NDArray[np.int64]) -> NDArray[np.int64]:
    """Lines of shape (values, lines) after the network of their length, comparator by comparator."""
    lines = lines.copy()
    for first, second, count in median_network(len(lines)):
        for a, b in zip(range(first, first + count), range(second, second + count), strict=True):
            lines[a], lines[b] = np.minimum(lines[a], lines[b]), np.maximum(lines[a], lines[b])
    return lines


def middle(lines: NDArray[np.int64]) -> NDArray[np.int64]:
    return lines[len(lines) // 2 - 1 : len(lines) // 2 + 1]


@pytest.mark.parametrize("size", [2, 4, 6, 10, 12])
def test_every_line_of_zeros_and_ones_has_its_middle(size: int) -> None:
    # A network that does so for zeros and ones does so for all values (Knuth, the art of computer programming 3, 5.3.4).
    lines = np.array(list(product([0, 1], repeat=size))).T
    np.testing.assert_array_equal(middle(through(lines)), middle(np.sort(lines, axis=0)))


@pytest.mark.parametrize("size", [48, 64, 96, 128, 176, 256, 352, 512])
def test_lines_as_long_as_those_of_detectors_have_their_middle(size: int) -> None:
    random = np.random.default_rng(size)
    ones = np.arange(size)[:, None] < np.arange(size + 1)
    steps = random.permuted(ones, axis=0).astype(np.int64)
    values = random.integers(0, size, (size, 200))
    for lines in (steps, values):
        np.testing.assert_array_equal(middle(through(lines)), middle(np.sort(lines, axis=0)))


def test_comparators_of_a_run_touch_no_place_twice() -> None:
    for first, second, count in median_network(352):
        assert first + count <= second
