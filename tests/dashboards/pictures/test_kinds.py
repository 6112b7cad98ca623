"""Pictures made of others, by hand-derived numbers."""

import numpy as np
import pytest

from dashboards.pictures.kinds import KINDS, difference, parts_of, significance
from dashboards.snapshot import Picture

NAN = np.nan


def picture(values: list[list[float]], count: int = 5, arrived: float = 0.0) -> Picture:
    return Picture(np.array(values, np.float32), "keV", count, {}, arrived)


def test_a_difference_stands_on_the_smaller_number_of_events_and_is_as_old_as_its_older_part() -> None:
    found = difference([picture([[5, NAN]], 10, 3.0), picture([[2, 1]], 7, 2.0)])

    np.testing.assert_array_equal(found.image, [[3, NAN]])
    assert (found.count, found.arrived, found.unit) == (7, 2.0, "keV")


def test_a_significance_is_the_difference_over_its_standard_error() -> None:
    # 3² / (10 - 1) + 4² / (5 - 1) = 1 + 4, so that a difference of 10 is 10 / sqrt(5) errors.
    on, off = picture([[12, 1, 7]], 10), picture([[2, 1, 7]], 5)
    found = significance([on, off, picture([[3, 1, 0]], 10), picture([[4, 1, 0]], 5)])

    np.testing.assert_allclose(found.image, [[10 / 5**0.5, 0, NAN]], rtol=1e-6)
    assert found.unit == "σ"


def test_significance_of_noise_is_one_wide() -> None:
    random = np.random.default_rng(11)
    on, off = random.normal(0, 2, (40, 20_000)), random.normal(0, 3, (60, 20_000))
    parts = [picture([x], n) for x, n in ((on.mean(0), 40), (off.mean(0), 60), (on.std(0), 40), (off.std(0), 60))]

    assert np.std(significance(parts).image) == pytest.approx(1.0, abs=0.04)


def test_parts_are_missing_until_all_are_there_with_one_shape() -> None:
    topics = {"sum/cspad/calib_laser_on": picture([[1, 2]]), "sum/cspad/calib_laser_off": picture([[1], [2]])}

    assert parts_of(KINDS["difference"], "cspad", {}) is None
    assert parts_of(KINDS["difference"], "cspad", topics) is None
    assert parts_of(KINDS["on"], "cspad", topics) == (topics["sum/cspad/calib_laser_on"],)


def test_every_kind_is_made_of_something() -> None:
    for kind in KINDS.values():
        assert [bool(kind.topics), bool(kind.told), kind.of is not None].count(True) == 1
        assert (kind.make is None) == (kind.of is not None)
