import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from monitor.errors import ConfigError
from tests.support.features import all_values, branch, plain_view
from tests.support.features import settings as feature
from workers.features.data import PixelList, Ragged, context_of
from workers.features.view import View

CROSS = ndimage.generate_binary_structure(2, 1)


def droplets(view: View, frames: NDArray[np.floating], **parameters: object) -> PixelList:
    made = branch(feature("dropletFunc", **parameters), view)
    handed = made.feature.process(frames, context_of(len(frames))).handed_on()
    assert isinstance(handed, PixelList)
    return handed


def twin(tile: NDArray[np.floating], high: float, low: float, most: float, relabel: bool) -> tuple[NDArray[np.int32], int]:
    """Labels of one tile by whole-frame operations."""
    kept = np.nan_to_num(np.where(tile > most, 0, tile))
    labels, count = ndimage.label(np.where(kept < high, 0, kept), CROSS)
    if low != high:
        labels = ndimage.maximum_filter(labels, footprint=CROSS)
        labels[np.where(kept < low, 0, kept) == 0] = 0
        if relabel:
            labels, count = ndimage.label(labels, CROSS)
    return labels, count


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 12), st.integers(1, 70), st.sampled_from([9.0, 4.0]), st.booleans())
def test_labels_are_those_of_whole_frame_operations(seed: int, rows: int, columns: int, low: float, relabel: bool) -> None:
    frames = np.random.default_rng(seed).normal(4, 6, (2, 3, rows, columns)).astype(np.float32)
    frames[np.random.default_rng(seed + 1).random(frames.shape) < 0.05] = np.nan
    view = plain_view(frames.shape[1:])
    wanted = {"threshold": 9.0, "thresholdLow": low, "useRms": False, "pixmax": 15.0, "relabel": relabel}
    found = droplets(view, frames, **wanted)
    for event in range(2):
        before = 0
        for tile in range(3):
            labels, count = twin(frames[event, tile], 9.0, low, 15.0, relabel)
            np.testing.assert_array_equal(found.whole["labels"][event, tile], np.where(labels > 0, labels + before, 0))
            before += count
        assert found.lengths[event] == before


def test_sums_and_centres_are_those_of_scipy() -> None:
    frames = np.random.default_rng(3).normal(4, 6, (2, 2, 20, 30))
    found = droplets(plain_view(frames.shape[1:]), frames, threshold=9.0, useRms=False)
    for event, (start, stop) in enumerate(zip(found.stops[:-1], found.stops[1:], strict=True)):
        labels = found.whole["labels"][event]
        ids = np.arange(1, stop - start + 1)
        np.testing.assert_allclose(found.columns["data"][start:stop], ndimage.sum_labels(frames[event], labels, ids))
        centers = np.array(ndimage.center_of_mass(frames[event], labels, ids))
        np.testing.assert_allclose(np.column_stack([found.columns[key][start:stop] for key in ("tile", "row", "col")]), centers)
        np.testing.assert_array_equal(found.columns["npix"][start:stop], np.bincount(labels.ravel())[1:])


def test_droplets_that_are_too_weak_leave_list_and_labels() -> None:
    frames = np.array([[[9, 0, 3, 0, 8, 8]]], np.float32)
    view = plain_view((1, 6))
    wanted = {"threshold": 1.0, "useRms": False, "thresADU": 5.0}
    values = all_values(branch(feature("dropletFunc", **wanted), view), frames)
    assert values["det/droplet_nDroplets_all"] == [3]
    assert values["det/droplet_nDroplets"] == [2]
    found = droplets(view, frames, **wanted)
    np.testing.assert_array_equal(found.columns["data"], [9, 16])
    np.testing.assert_array_equal(found.whole["labels"][0], [[1, 0, 0, 0, 2, 2]])


def test_droplets_of_two_tiles_never_touch() -> None:
    frames = np.full((1, 2, 1, 3), 9, np.float32)
    np.testing.assert_array_equal(droplets(plain_view((2, 1, 3)), frames, useRms=False).columns["tile"], [0, 1])


def test_the_threshold_follows_noise_over_gain() -> None:
    view = plain_view((1, 3), rms=np.array([[1, 2, 2]], np.float32), gain=np.array([[1, 1, 2]], np.float32))
    frames = np.array([[[9, 9, 9]]], np.float32)
    np.testing.assert_array_equal(droplets(view, frames, threshold=6.0).whole["labels"][0], [[1, 0, 2]])


@pytest.mark.parametrize(
    ("wrong", "text"),
    [({"useRms": True}, "useRms = false"), ({"useRms": False, "thresholdLow": 9.0}, "above threshold")],
)
def test_what_cannot_be_is_refused_at_start(wrong: dict[str, object], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        branch(feature("dropletFunc", **wrong), plain_view((4, 4)))


def test_regions_are_described_by_box_moments_and_first_pixels() -> None:
    frames = np.zeros((1, 2, 5, 6), np.float32)
    frames[0, 1, 2, 3:5] = 6, 2
    frames[0, 1, 3, 4] = 4
    wanted = feature("dropletFunc", useRms=False, threshold=1.0, regionprops=True)
    values = all_values(branch(wanted, plain_view(frames.shape[1:])), frames)
    box, moments, pixels = (values[f"det/var_droplet/{key}"] for key in ("bbox", "moments", "pixels"))
    assert isinstance(box, Ragged)
    np.testing.assert_array_equal(box.values, [[2, 3, 4, 5]])
    assert isinstance(pixels, Ragged)
    np.testing.assert_array_equal(pixels.values[0, :5], [6, 2, 0, 4, 0])
    assert isinstance(moments, Ragged)
    rows, columns = np.mgrid[2:4, 3:5]
    weight = np.array([[6, 2], [0, 4]])
    row, column = (weight * rows).sum() / 12, (weight * columns).sum() / 12
    expected = [[(weight * (rows - row) ** i * (columns - column) ** j).sum() for j in range(4)] for i in range(4)]
    np.testing.assert_allclose(moments.values[0], expected, atol=1e-12)
