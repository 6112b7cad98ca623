"""Means of fields with the laser on and off, over batches cut anywhere."""

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.model.column import Column
from monitor.model.field import Field
from monitor.running import joined, merge_sums, value
from monitor.settings import Sum
from workers.field_sums import FieldSums
from workers.sums import Shots
from workers.trouble import Trouble

RNG = np.random.default_rng(5)
VALUES = RNG.normal(10, 2, (40, 3))
ON = RNG.random(40) < 0.5
LIT = RNG.random(40) < 0.8
PROFILE = Field(name="cspad/azav_azav", dtype=np.dtype(np.float64), shape=(3,))


def shots(on: NDArray[np.bool_], lit: NDArray[np.bool_]) -> Shots:
    return Shots({"laser_on": lit & on, "laser_off": lit & ~on}, ~lit, np.zeros(len(on), bool))


def test_the_difference_and_its_error_are_numpys_wherever_batches_are_cut() -> None:
    present = np.ones(40, bool)
    present[7] = False
    values = VALUES.copy()
    values[9, 1] = np.nan
    sums = {}
    for part in (slice(0, 3), slice(3, 29), slice(29, 40)):
        column = Column(PROFILE, values[part], present[part])
        made = FieldSums((Sum(field="cspad/azav_azav"),)).of({PROFILE.name: column}, shots(ON[part], LIT[part]), Trouble())
        sums = merge_sums(sums, made)
    found = joined(sums)["cspad_azav_azav_onOff"]
    on, off = values[ON & LIT & present], values[~ON & LIT & present]
    mean, error = [], []
    for group in (on, off):
        mean.append(np.nanmean(group, axis=0))
        error.append(np.nanstd(group, axis=0, ddof=1) / np.sqrt((~np.isnan(group)).sum(axis=0)))
    np.testing.assert_allclose(value(found), [*mean, mean[0] - mean[1], np.hypot(*error)])
    assert found.count == len(on) + len(off)


def test_a_scalar_has_a_sum_too() -> None:
    column = Column(Field(name="ipm2/sum", dtype=np.dtype(np.int64)), np.array([1, 3, 10, 20]))
    on, lit = np.array([True, True, False, False]), np.ones(4, bool)
    made = FieldSums((Sum(field="ipm2/sum", name="i0"),)).of({"ipm2/sum": column}, shots(on, lit), Trouble())
    np.testing.assert_allclose(value(made["i0"]), [2.0, 15.0, -13.0, np.hypot(1.0, 5.0)])


def test_what_is_not_there_or_without_light_gives_nothing() -> None:
    asked = FieldSums((Sum(field="ipm2/sum"),))
    column = Column(Field(name="ipm2/sum", dtype=np.dtype(np.float64)), np.ones(2))
    assert asked.of({}, shots(np.ones(2, bool), np.ones(2, bool)), Trouble()) == {}
    assert asked.of({"ipm2/sum": column}, Shots({}, np.zeros(2, bool), np.zeros(2, bool)), Trouble()) == {}


def test_a_field_without_numbers_is_named() -> None:
    trouble = Trouble()
    text = Column(Field(name="a/b", dtype=np.dtype("S4")), np.array([b"x"]))
    assert FieldSums((Sum(field="a/b"),)).of({"a/b": text}, shots(np.ones(1, bool), np.ones(1, bool)), trouble) == {}
    assert trouble.counts == {"sum a_b_onOff: a/b is no array of numbers": 1}


def test_two_sums_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigError, match="same name"):
        FieldSums((Sum(field="a/b"), Sum(field="a_b")))
