"""The time tool's numbers."""

import numpy as np
import pytest

from dashboards.reduce.arrival import calibration, drift, inside, positions, tool_of

NAN = np.nan


def test_positions_of_an_edge_are_found_the_likely_ones_first() -> None:
    names = ["ebeam/charge", "beam/roi_pos", "tt/FLTPOS", "opal/ttEdge_pos", "opal/ttEdge_pos_ps"]

    assert positions(names) == ["opal/ttEdge_pos", "tt/FLTPOS", "beam/roi_pos"]


def test_the_fields_of_a_time_tool_belong_together() -> None:
    names = ["opal/ttEdge_pos", "opal/ttEdge_amp", "opal/ttEdge_fwhm", "tt/FLTPOS", "tt/AMPL", "tt/FLTPOSFWHM", "tt/FLTPOS_PS"]

    edge, own = tool_of("opal/ttEdge_pos", names), tool_of("tt/FLTPOS", names)

    assert (edge.amplitude, edge.width, edge.time) == ("opal/ttEdge_amp", "opal/ttEdge_fwhm", "")
    assert (own.amplitude, own.width, own.time) == ("tt/AMPL", "tt/FLTPOSFWHM", "tt/FLTPOS_PS")


def test_limits_that_are_not_given_keep_everything() -> None:
    values = np.array([1.0, 2.0, 3.0, NAN])

    np.testing.assert_array_equal(inside(values, None, None), [True, True, True, True])
    np.testing.assert_array_equal(inside(values, 2.0, None), [False, True, True, False])
    np.testing.assert_array_equal(inside(values, 1.5, 2.5), [False, True, False, False])


def test_drift_is_the_median_of_whole_minutes() -> None:
    time = np.array([0.0, 30.0, 59.0, 61.0, NAN, 130.0])
    found = drift(time, np.array([1.0, 9.0, 2.0, 5.0, 7.0, NAN]))

    np.testing.assert_array_equal(found.time, [30.0, 90.0])
    np.testing.assert_array_equal(found.median, [2.0, 5.0])
    # 16 % and 84 % of 1, 2, 9 by linear interpolation: 1.32 and 6.76.
    np.testing.assert_allclose(found.error, [np.sqrt(np.pi / 2) * 2.72 / np.sqrt(3), NAN])


def test_a_minute_in_which_means_begin_anew_is_two() -> None:
    time = np.array([0.0, 70.0, NAN, 80.0, 100.0, 130.0])
    found = drift(time, np.array([1.0, 2.0, 50.0, 4.0, 8.0, 9.0]), begun=4)

    # 60-100 s with 2 and 4, 100-120 s with 8.
    np.testing.assert_array_equal(found.time, [30.0, 80.0, 110.0, 150.0])
    np.testing.assert_array_equal(found.median, [1.0, 3.0, 8.0, 9.0])


def test_nothing_drifts_nowhere() -> None:
    assert len(drift(np.empty(0), np.empty(0)).time) == 0


def steps(positions_at: np.ndarray, delays: np.ndarray, events: int = 21) -> tuple[np.ndarray, np.ndarray]:
    """Events whose positions scatter evenly around those of their step."""
    scatter = np.linspace(-5, 5, events)
    return np.repeat(delays, events), (positions_at[:, None] + scatter).ravel()


def test_a_line_is_found_with_zero_in_the_middle_of_the_scan() -> None:
    delays = np.linspace(10.0, 12.0, 9)
    found = calibration(*steps(100 + 250 * (delays - 11), delays), 1)

    assert found is not None
    # 250 pixels per ps; pixel 100 is the middle.
    assert found.terms == pytest.approx((-0.4, 0.004))
    assert found.residual == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(found.position, 100 + 250 * (delays - 11))


def test_a_parabola_is_found() -> None:
    pixels = np.linspace(0.0, 400.0, 9)
    delays = 1.0 + 0.01 * pixels + 1e-5 * pixels**2
    found = calibration(*steps(pixels, delays), 2)

    assert found is not None
    assert found.terms[1:] == pytest.approx((0.01, 1e-5))
    assert found.time_at(np.array([400.0]))[0] == pytest.approx((delays[-1] - delays[0]) / 2)


@pytest.mark.parametrize(("count", "events", "order"), [(2, 21, 1), (3, 21, 2), (9, 9, 1)])
def test_few_steps_or_events_make_no_calibration(count: int, events: int, order: int) -> None:
    delays = np.arange(count) * 1.0

    assert calibration(*steps(delays * 100, delays, events), order) is None


def test_an_edge_that_does_not_move_makes_no_calibration() -> None:
    delays = np.arange(9.0)

    assert calibration(*steps(np.zeros(9), delays), 1) is None


def test_a_position_that_stands_still_while_the_stage_moves_is_no_calibration() -> None:
    delays = np.linspace(-1.0, 1.0, 21)
    wander = np.sin(np.arange(21) * 2.0)
    still, moving = (calibration(*steps(100 + wander + slope * delays, delays), 1) for slope in (0.0, 50.0))

    assert still is not None
    assert moving is not None
    assert (still.follows, moving.follows) == (False, True)
