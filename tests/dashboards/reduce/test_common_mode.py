"""What was taken off each pixel, from what is told of panels and rows."""

import numpy as np

from dashboards.reduce.common_mode import taken_off

NAN = np.nan


def test_a_value_per_panel_is_that_of_all_its_pixels() -> None:
    found = taken_off({"cmValues": np.array([1.5, NAN, -2])}, (3, 2, 2))

    assert found is not None
    np.testing.assert_array_equal(found, [np.full((2, 2), 1.5), np.full((2, 2), NAN), np.full((2, 2), -2)])
    assert found.dtype == np.float32


def test_rows_have_a_value_for_their_even_and_one_for_their_odd_columns_on_top_of_the_regions() -> None:
    told = {"cm_masked_med": np.array([10.0]), "cm_RowMedsApplied": np.array([[1, 2, 3, 4.0]])}

    # Even columns of both rows first, then the odd ones.
    np.testing.assert_array_equal(taken_off(told, (2, 3)), [[11, 13, 11], [12, 14, 12]])


def test_what_does_not_fit_the_detector_gives_nothing() -> None:
    assert taken_off({"cmValues": np.zeros(4)}, (3, 2, 2)) is None
    assert taken_off({}, (3, 2, 2)) is None
