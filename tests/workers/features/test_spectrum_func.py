"""Histograms: equal to numpy's for equal and unequal bins, of frames and of lists."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from monitor.errors import ConfigError
from tests.support.features import branch, plain_view, settings, values_of
from workers.features.bin_rule import bin_edges
from workers.features.data import PixelList


def histogram(data: Any, view: Any, bins: list[float]) -> Any:
    (values,) = values_of(branch(settings("spectrumFunc", bins=bins), view).feature, data).values()
    return values


@pytest.mark.parametrize("bins", [[-10.0, 50.0, 0.5], [0.0, 10.0, 7], [-5.0, 0.0, 2.0, 4.0, 10.0, 30.0], [3.0, -3.0]])
def test_it_equals_numpy(bins: list[float]) -> None:
    frames = np.random.default_rng(1).normal(5, 8, (3, 40, 50)).astype(np.float32)
    frames[:, 3, :20] = np.nan
    frames[0, 0, :6] = [-5.0, 0.0, 2.0, 30.0, 10.0, np.inf]
    expected = [np.histogram(frame[np.isfinite(frame)], bin_edges(bins))[0] for frame in frames]
    np.testing.assert_array_equal(histogram(frames, plain_view((40, 50)), bins), expected)


@budget(deadline=None)
@given(st.lists(st.integers(-40, 140), max_size=30), st.integers(1, 30))
def test_values_on_edges_fall_where_numpy_puts_them(tenths: list[int], count: int) -> None:
    values = np.array(tenths, np.float64) / 10
    lists = PixelList(np.array([len(values)]), {"data": values}, {})
    expected = np.histogram(values, bin_edges([0.0, 10.0, count]))[0]
    found = histogram(lists, plain_view((4, 4)).of_lists("data"), [0.0, 10.0, count])
    np.testing.assert_array_equal(found[0], expected)


def test_lists_are_counted_event_by_event() -> None:
    lists = PixelList(np.array([2, 0, 1]), {"data": np.array([1.0, 3.0, 1.5])}, {})
    found = histogram(lists, plain_view((4, 4)).of_lists("data"), [0.0, 2.0, 4.0, 6.0])
    np.testing.assert_array_equal(found, [[1, 1, 0], [0, 0, 0], [1, 0, 0]])


@pytest.mark.parametrize("bins", [[1.0], [1.0, 1.0], [0.0, 1.0, 0], [0.0, 1.0, -0.5], [0.0, 2.0, 1.0, 3.0], [0.0, float("nan")]])
def test_bins_that_are_none_are_refused(bins: list[float]) -> None:
    with pytest.raises(ConfigError, match="bins"):
        branch(settings("spectrumFunc", bins=bins), plain_view((4, 4)))
