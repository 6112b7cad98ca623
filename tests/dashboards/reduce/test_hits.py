"""Hits, and where their peaks are."""

import numpy as np

from dashboards.pages.hits import DEFAULTS, whole_bins
from dashboards.reduce.hits import PeakFields, count_field, flat_pixels, hit_field, hit_rate, newest_peaks, peak_fields, peak_map
from dashboards.snapshot import FieldInfo, Lists


def test_fields_of_hits_are_recognised() -> None:
    names = ["ebeam/charge", "cspad/peaks_nPeaks", "cspad/peaks_hit"]

    assert hit_field(names) == "cspad/peaks_hit"
    assert count_field(names) == "cspad/peaks_nPeaks"
    assert hit_field(["ebeam/charge"]) == ""


def test_peaks_have_rows_and_columns_and_perhaps_tiles() -> None:
    names = ["d/var_p/row", "d/var_p/col", "d/var_p/tile", "e/var_q/row", "e/var_q/col", "f/var_r/row"]

    assert peak_fields(names) == [
        PeakFields("d/var_p/row", "d/var_p/col", "d/var_p/tile", "d/var_p"),
        PeakFields("e/var_q/row", "e/var_q/col", "", "e/var_q"),
    ]


def test_a_peak_is_in_the_pixel_next_to_its_centre_and_none_is_outside() -> None:
    row, column = np.array([0.4, 1.6, 5.0, np.nan]), np.array([2.0, 0.0, 0.0, 0.0])

    found = flat_pixels(row, column, np.array([0.0, 1.0, 0.0, 0.0]), (2, 3, 4))

    # Tile 0, row 0, column 2; tile 1, row 2, column 0 of tiles of 3 x 4.
    np.testing.assert_array_equal(found, [2, 20, -1, -1])
    np.testing.assert_array_equal(flat_pixels(row[:1], column[:1], None, (3, 4)), [2])


def test_peaks_are_counted_in_blocks() -> None:
    places = np.array([0, 1, 5, 11, -1, 99])

    counts, side = peak_map(places, (3, 4), 2)

    assert side == 2
    np.testing.assert_array_equal(counts, [[3, 0], [0, 1]])


def test_the_newest_events_are_taken_up_to_a_number_of_peaks() -> None:
    lists = Lists(np.arange(4), np.array([0, 5, 5, 7]), np.array([5, 0, 2, 3]), np.zeros(10), FieldInfo())

    assert newest_peaks(lists, 5).seq.tolist() == [1, 2, 3]
    assert newest_peaks(lists, 2).seq.tolist() == [3]
    assert newest_peaks(lists, 99).seq.tolist() == [0, 1, 2, 3]


def test_the_hit_rate_knows_its_error_even_without_a_hit() -> None:
    seq = np.array([0, 1, 2, 3, 10, 11])
    found = hit_rate(seq, np.array([1.0, 0.0, np.nan, 3.0, 0.0, 0.0]), 10)

    np.testing.assert_allclose(found.share, [2 / 3, 0.0])
    np.testing.assert_allclose(found.x, [4 / 3, 10.5])
    # Two hits of three count as 3/5, none of two as 1/4.
    np.testing.assert_allclose(found.error, [np.sqrt(0.6 * 0.4 / 3), np.sqrt(0.25 * 0.75 / 2)])
    assert len(hit_rate(np.empty(0, np.int64), np.empty(0), 10).x) == 0


def test_no_point_of_the_hit_rate_mixes_what_is_before_and_after_a_place() -> None:
    found = hit_rate(np.arange(8), np.array([0.0, np.nan, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0]), 6, begun=3)

    np.testing.assert_allclose(found.share, [0.0, 1.0, 0.5])
    np.testing.assert_allclose(found.x, [1.0, 4.0, 6.5])


def test_whole_numbers_have_a_bin_each_and_many_share() -> None:
    edges, counts = whole_bins(np.array([0.0, 0.0, 2.0]))
    np.testing.assert_array_equal(edges, [-0.5, 0.5, 1.5, 2.5])
    np.testing.assert_array_equal(counts, [2, 0, 1])

    edges, counts = whole_bins(np.array([0.0, 999.0]))
    assert edges[1] - edges[0] == 10
    assert counts.sum() == 2
    assert len(whole_bins(np.empty(0))[1]) == 0


def test_limits_that_the_settings_leave_out_are_shown_as_the_feature_has_them() -> None:
    from workers.features.peak_finder import Parameters

    known = Parameters().model_dump()

    assert DEFAULTS["peakFinder"] == {name: known[name] for name in DEFAULTS["peakFinder"]}
