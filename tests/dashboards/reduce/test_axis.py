"""What the elements of an array field stand for."""

import numpy as np

from dashboards.reduce.axis import axis_of, row_names

AXES = {
    "cspad/azav__azav_q": np.array([0.5, 1.5]),
    "cspad/azav__azav_phiVec": np.array([-np.pi, 0.0, np.pi]),
    "cspad/spec__bins": np.array([0.0, 2.0, 4.0, 6.0]),
    "epix/azav__azav_q": np.array([9.0, 9.0]),
}


def test_momentum_transfers_belong_to_the_feature_of_the_field() -> None:
    x, label = axis_of("cspad/azav_azav", 2, AXES)

    np.testing.assert_array_equal(x, [0.5, 1.5])
    assert label == "q (1/Å)"


def test_edges_count_by_their_middles() -> None:
    np.testing.assert_array_equal(axis_of("cspad/spec_histogram", 3, AXES)[0], [1.0, 3.0, 5.0])


def test_without_a_fitting_axis_elements_are_counted() -> None:
    for name, length in (("cspad/azav_azav", 4), ("cspad/other", 2), ("acq/azav_azav", 2)):
        x, label = axis_of(name, length, AXES)
        np.testing.assert_array_equal(x, np.arange(length))
        assert label == "element"


def test_rows_are_named_by_their_azimuth() -> None:
    assert row_names("cspad/azav_azav", 2, AXES) == ["-180° to 0°", "0° to 180°"]
    assert row_names("acq/wave", 2, AXES) == ["row 0", "row 1"]
