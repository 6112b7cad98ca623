import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.support.features import all_values, branch, plain_view
from tests.support.features import settings as feature
from workers.features.data import context_of


def line_maxima(line: NDArray[np.float32]) -> set[int]:
    """The scan as it is written down, step by step."""
    found, at, last = set(), 0, len(line) - 1
    if last == 0:
        return {0}
    if line[0] > line[1]:
        found.add(0)
        at = 1
    at += 1
    while at < last:
        if line[at + 1] > line[at]:
            at += 1
        elif line[at - 1] > line[at]:
            at += 2
        else:
            found.add(at)
            at += 2
    if line[last] > line[last - 1]:
        found.add(last)
    return found


def twin(frame: NDArray[np.float32], adu: float, fraction: float) -> NDArray[np.float64]:
    """Photons of one tile, pixel by pixel."""
    value = np.where(frame > 0, frame, np.float32(0)) / np.float32(adu)
    photons = np.floor(value)
    left = (value - photons).astype(np.float32)
    rows, columns = left.shape
    by_row = {(r, c) for r in range(rows) for c in line_maxima(left[r])}
    by_column = {(r, c) for c in range(columns) for r in line_maxima(left[:, c])}
    peaks = sorted(place for place in by_row & by_column if left[place] >= 0.5)
    inner = [(r, c) for r, c in peaks if 0 < r < rows - 1 and 0 < c < columns - 1]
    sides = [[(r, side) for r in range(1, rows - 1)] for side in (0, columns - 1)]
    sides += [[(side, c) for c in range(1, columns - 1)] for side in (0, rows - 1)]
    corners = [(rows - 1, 0), (rows - 1, columns - 1), (0, 0), (0, columns - 1)]
    used: set[tuple[int, int]] = set()
    for r, c in [*inner, *(place for side in sides for place in side if place in peaks), *(p for p in corners if p in peaks)]:
        best, partner = -1.0, (r, c)
        for other in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)):
            if 0 <= other[0] < rows and 0 <= other[1] < columns and other not in used and left[other] >= best:
                best, partner = float(left[other]), other
        if float(left[r, c] + np.float32(max(best, 0.0))) >= fraction:
            photons[r, c] += 1
            used |= {(r, c), partner}
    return photons


def photon_map(frames: NDArray[np.floating], **parameters: float) -> NDArray[np.float32]:
    made = branch(feature("photonFunc", **parameters), plain_view(frames.shape[1:]))
    return np.asarray(made.feature.process(frames, context_of(len(frames))).handed_on())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 9), st.integers(2, 40), st.sampled_from([4, 10, 1000]))
def test_every_tile_is_as_the_plain_scan_has_it(seed: int, rows: int, columns: int, steps: int) -> None:
    # Few steps make many equal neighbours, where the scan's jumps decide.
    frames = np.random.default_rng(seed).integers(-steps, 3 * steps, (1, 2, rows, columns)).astype(np.float32) / np.float32(steps)
    found = photon_map(frames, ADU_per_photon=1.0, thr_fraction=0.9)
    for tile in range(2):
        np.testing.assert_array_equal(found[0, tile], twin(frames[0, tile], 1.0, 0.9))


def test_a_photon_shared_by_two_pixels_counts_once() -> None:
    frames = np.zeros((1, 4, 5), np.float32)
    frames[0, 1, 1], frames[0, 1, 2] = 60, 40
    expected = np.zeros((4, 5))
    expected[1, 1] = 1
    np.testing.assert_array_equal(photon_map(frames, ADU_per_photon=100.0)[0], expected)


def test_a_pixel_outside_the_users_mask_gives_nothing() -> None:
    frames = np.full((1, 2, 2), 200, np.float32)
    made = branch(feature("photonFunc", ADU_per_photon=100.0, mask=[[1, 0], [1, 1]]), plain_view((2, 2)))
    assert all_values(made, frames)["det/photon_nPhot"] == [6]
    handed = np.asarray(made.feature.process(frames, context_of(1)).handed_on())
    np.testing.assert_array_equal(handed[0], [[2, np.nan], [2, 2]])


def test_values_below_the_threshold_count_as_zero() -> None:
    frames = np.array([[[95.0, 30.0, 0.0]]], np.float32)
    assert photon_map(frames, ADU_per_photon=100.0).sum() == 1
    assert photon_map(frames, ADU_per_photon=100.0, thresADU=96.0).sum() == 0


@pytest.mark.parametrize("value", [np.inf, 3e38, 1e9])
def test_more_photons_than_a_map_can_hold_are_the_most_it_holds(value: float) -> None:
    assert photon_map(np.full((1, 2, 3), value, np.float32)).max() == 65535
