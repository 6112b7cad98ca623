"""Algorithms as the settings name them, on small detectors, against plain numpy written here."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.golden_arrays import corrected
from workers.corrections.common_mode.algorithm import Situation
from workers.corrections.common_mode.choice import Choice, corrector_for
from workers.corrections.tile import mark_counting

CSPAD = (3, 185, 388)
UNBONDED = np.arange(10, 190, 10)


def noise(shape: tuple[int, ...], seed: int, *, around: float = 0.0) -> NDArray[np.float32]:
    """Whole eighths, so that sums and medians are exact."""
    return (np.random.default_rng(seed).normal(around, 4, shape) * 8).round().astype(np.float32) / 8


def test_the_mean_of_the_unbonded_pixels_is_taken_off_each_panel_that_is_believed() -> None:
    frame = noise(CSPAD, 1, around=7)
    frame[1] += 200
    frame[2, 100, 294] = np.nan
    result, record = corrected(frame, np.zeros(CSPAD, bool), 5, family="cspad")
    mean = np.stack([frame[:, UNBONDED, UNBONDED], frame[:, UNBONDED, UNBONDED + 194]]).mean(axis=(0, 2), dtype=np.float64)
    np.testing.assert_allclose(result[0], frame[0] - np.float32(mean[0]), atol=1e-5)
    # The mean of the second panel is above the limit of 100 ADU, that of the third is not known.
    np.testing.assert_array_equal(result[1:], frame[1:])
    np.testing.assert_allclose(record["cmValues"], [mean[0], np.nan, np.nan], rtol=1e-6)
    believed, _ = corrected(frame, None, 55, family="cspad")
    np.testing.assert_allclose(believed[1], frame[1] - np.float32(mean[1]), atol=1e-4)


def test_the_peak_of_every_second_pixel_is_taken_off_its_segment_alone() -> None:
    frame = np.zeros((1, 40, 50), np.float32)
    flat = frame.reshape(-1)
    flat[0:1000:2], flat[500:1500:2] = 7, -3
    flat[500:1000:2] = 5
    parameters = {"segments": 2, "size": 250, "stride": 2, "thresh": 20}
    # Segments begin at pixels 0 and 250 and take 250 pixels each, two apart: up to 500, then up to 750.
    result, _ = corrected(frame, None, 1, parameters=parameters)
    expected = flat.copy()
    expected[0:500:2] -= 7
    second = expected[250:750:2]
    values, counts = np.unique(second, return_counts=True)
    expected[250:750:2] -= values[counts.argmax()]
    np.testing.assert_allclose(result.ravel(), expected, atol=1e-5)


def fccd_plain(frame: NDArray[np.float32], bits: int, reach: float, maxcorr: float) -> NDArray[np.float32]:
    frame = frame.copy()
    pieces = []
    if bits & 1:
        pieces += [
            (slice(row, row + 1), slice(c + odd, c + 160, 2)) for row in range(960) for c in range(0, 960, 160) for odd in (0, 1)
        ]
    if bits & 2:
        pieces += [(slice(half, half + 480), slice(c, c + 10)) for half in (0, 480) for c in range(0, 960, 10)]
    for piece in pieces:
        used = frame[piece][np.abs(frame[piece]) <= reach]
        if len(used) >= 10 and abs(np.median(used)) <= maxcorr:
            frame[piece] -= np.median(used)
    return frame


@pytest.mark.parametrize("bits", [1, 2, 3])
def test_an_fccd960_has_medians_of_pieces_of_rows_and_of_super_columns(bits: int) -> None:
    frame = noise((960, 960), 2, around=3)
    frame[5] += 90
    frame[:, 30:40] += 20
    frame[::7, ::5] = 4000
    result, _ = corrected(frame, None, 4, parameters={"bits": bits, "range": 30.0, "maxcorr": 25.0}, family="fccd960")
    np.testing.assert_allclose(result, fccd_plain(frame, bits, 30.0, 25.0), atol=1e-5)


FRAMES = (2, 12, 512)


def test_the_dark_region_of_a_frame_is_told_and_taken_off() -> None:
    frame = noise(FRAMES, 3, around=40)
    frame[0, 3, 20] = np.nan
    result, record = corrected(frame, None, 80, parameters={"cm_maskedROI": [[2, 9], [10, 31]]}, family="uxi")
    region = frame[:, 2:9, 10:31]
    for name, function in (("med", np.nanmedian), ("mean", np.nanmean), ("std", np.nanstd)):
        expected = [function(panel.astype(np.float64)) for panel in region]
        np.testing.assert_allclose(record[f"cm_masked_{name}"], expected, rtol=1e-5, err_msg=name)
    np.testing.assert_allclose(result, frame - np.array([np.nanmedian(panel) for panel in region], np.float32)[:, None, None])


def test_a_dark_region_outside_the_frame_or_absent_takes_nothing_off() -> None:
    frame = noise(FRAMES, 4)
    frame[0] = np.nan
    for region in ([[2, 9], [10, 31]], [[50, 60], [0, 5]]):
        result, record = corrected(frame, None, 80, parameters={"cm_maskedROI": region}, family="uxi")
        assert np.isnan(record["cm_masked_med"][0])
        if region[0][0] > FRAMES[1]:
            np.testing.assert_array_equal(result, frame)


@pytest.mark.parametrize(("number", "taken_off"), [(98, False), (99, True)])
def test_the_line_in_the_middle_is_told_and_with_99_taken_off(number: int, taken_off: bool) -> None:
    frame = noise(FRAMES, 5, around=11)
    frame[1, :4, 255] = np.nan
    result, record = corrected(frame, None, number, family="uxi")
    middle = np.array([np.nanmedian(panel[:, 255:257]) for panel in frame], np.float32)
    np.testing.assert_allclose(record["cm_line_med"], middle, rtol=1e-6)
    np.testing.assert_allclose(result, frame - middle[:, None, None] * taken_off, atol=1e-5)


@pytest.mark.parametrize("beside", [0, 1])
def test_rows_leave_bright_pixels_out_and_their_neighbours_if_wanted(beside: int) -> None:
    frame = noise(FRAMES, 6, around=5)
    frame[np.random.default_rng(7).random(FRAMES) < 0.03] = 90
    result, record = corrected(frame, None, 81, parameters={"cm_maskNeighbors": beside, "cm_photonThres": 50.0}, family="uxi")
    bright = frame > 50
    padded = np.pad(bright, ((0, 0), (1, 1), (1, 1)))
    around = padded[:, :-2, 1:-1] | padded[:, 2:, 1:-1] | padded[:, 1:-1, :-2] | padded[:, 1:-1, 2:]
    used = np.where(bright | (around & bool(beside)), np.nan, frame)
    expected = frame.copy()
    for odd in (0, 1):
        expected[:, :, odd::2] -= np.nanmedian(used[:, :, odd::2], axis=2, keepdims=True)
    np.testing.assert_allclose(result, expected, atol=1e-5)
    excluded: list[Any] = [np.isnan(used[:, :, odd::2]).sum(axis=2) for odd in (0, 1)]
    np.testing.assert_array_equal(record["cm_nPixel"], np.concatenate(excluded, axis=1))


def test_a_corrector_that_nobody_asks_for_its_values_corrects_the_same() -> None:
    frame = noise((1, *FRAMES), 8, around=5)
    heard, unheard = frame.copy(), frame.copy()
    corrector = corrector_for(Choice(81, {"cm_maskedROI": [[2, 9], [10, 31]]}), Situation(shape=FRAMES, family="uxi"))
    assert corrector is not None
    record = {name: np.zeros((1, len(frame[0]), *shape), np.float32) for name, shape in corrector.records.items()}
    good = np.ones(frame.shape, bool)
    corrector.apply(heard, good, 0, record)
    corrector.apply(unheard, good, 0, {})
    np.testing.assert_array_equal(heard, unheard)
    assert (heard != frame).any()


@pytest.mark.parametrize("planes", [1, 2, 3])
def test_pixels_count_as_their_plane_says(planes: int) -> None:
    random = np.random.default_rng(planes)
    chosen = random.choice([*range(planes), 255], (3, 2, 77)).astype(np.uint8)
    counting, counts = random.random((planes, 2, 77)) < 0.6, np.empty(chosen.shape, bool)
    mark_counting(chosen, counting, counts)
    expected = np.zeros(chosen.shape, bool)
    for plane in range(planes):
        expected |= (chosen == plane) & counting[plane]
    np.testing.assert_array_equal(counts, expected)
