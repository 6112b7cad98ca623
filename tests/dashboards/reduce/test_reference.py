"""What a time tool is divided by: the newest shots without X-rays, and how far they have moved."""

import numpy as np
import pytest

from dashboards.reduce.reference import MOST_SHOTS, moved, reference_of
from dashboards.snapshot import Curves, FieldInfo

NAN = np.nan


def curves(*rows: list[float]) -> Curves:
    return Curves(np.arange(10, 10 + len(rows)), np.array(rows), FieldInfo("ADU"))


def test_only_shots_with_a_trace_enter() -> None:
    found = reference_of(curves([1.0, 5.0], [NAN, NAN], [3.0, 5.0], [NAN, NAN]))

    assert found is not None
    np.testing.assert_array_equal(found.mean, [2.0, 5.0])
    # Two values with a standard deviation of sqrt(2) among them.
    np.testing.assert_allclose(found.error, [1.0, 0.0])
    assert (found.shots, found.first, found.last) == (2, 10, 12)
    assert not found.enough


def test_shots_of_an_earlier_run_and_those_before_the_newest_hundred_are_left_out() -> None:
    rows = [[float(i), 1.0] for i in range(MOST_SHOTS + 20)]
    found = reference_of(curves(*rows))

    assert found is not None
    assert (found.shots, found.first) == (MOST_SHOTS, 30)
    assert found.mean[0] == 20 + (MOST_SHOTS - 1) / 2
    late = reference_of(curves(*rows), first=10 + MOST_SHOTS + 18)
    assert late is not None
    assert late.shots == 2


def test_without_a_shot_there_is_no_reference() -> None:
    assert reference_of(curves([NAN, NAN])) is None
    assert reference_of(curves([1.0, 1.0]), first=11) is None


def test_brightness_moves_nothing_and_shape_does() -> None:
    used = np.array([1.0, 2.0, 4.0, 8.0])

    assert moved(3 * used, used) == pytest.approx(0)
    # Quotients 0.9, 1, 1, 1.1 about 1.
    assert moved(used * [0.9, 1.0, 1.0, 1.1], used) == pytest.approx(np.sqrt(0.02 / 4))


@pytest.mark.parametrize("used", [np.zeros(4), np.ones(3), np.full(4, NAN)])
def test_what_cannot_be_compared_is_no_number(used: np.ndarray) -> None:
    assert np.isnan(moved(np.ones(4), used))
