"""Columns of fixed and of ragged fields: every slice keeps the values of its events."""

import numpy as np
import pytest

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.rows import Rows
from tests.support.some_rows import column, ragged, some_rows

DROPLETS = ragged("epix/var_droplet/x", [[1.0, 2.0], None, [3.0], [], [4.0, 5.0, 6.0]])


def test_a_ragged_column_is_as_long_as_its_events() -> None:
    assert len(DROPLETS) == 5
    np.testing.assert_array_equal(DROPLETS.mask, [True, False, True, True, True])
    np.testing.assert_array_equal(DROPLETS.filled(), [1, 2, 3, 4, 5, 6])


@pytest.mark.parametrize(("event", "elements"), [(0, [1, 2]), (1, []), (2, [3]), (3, []), (4, [4, 5, 6])])
def test_an_event_has_its_own_elements(event: int, elements: list[float]) -> None:
    np.testing.assert_array_equal(DROPLETS.of_event(event), elements)


def test_a_part_of_a_ragged_column_has_the_elements_of_its_events_as_views() -> None:
    part = DROPLETS.part(1, 4)
    np.testing.assert_array_equal(part.values, [3])
    np.testing.assert_array_equal(part.lengths, [0, 1, 0])
    np.testing.assert_array_equal(part.mask, [False, True, True])
    assert np.shares_memory(part.values, DROPLETS.values)


def test_an_absent_value_of_a_fixed_field_is_the_missing_one() -> None:
    charge = column("ebeam/charge", [1.0, 2.0], present=[False, True])
    assert np.isnan(charge.of_event(0))
    assert charge.of_event(1) == 2.0


def test_an_event_that_is_not_there_is_refused() -> None:
    for event in (-1, 5):
        with pytest.raises(IndexError):
            DROPLETS.of_event(event)


def test_rows_outside_a_table_are_none_of_it() -> None:
    rows = some_rows(10, 15, {"epix/var_droplet/x": DROPLETS})
    for first, stop in ((0, 5), (20, 30), (12, 12)):
        part = rows.part(first, stop)
        assert part.count == 0
        assert all(len(each) == 0 for each in part.columns.values())


def test_rows_are_cut_with_their_elements() -> None:
    part: Rows = some_rows(10, 15, {"epix/var_droplet/x": DROPLETS}).part(12, 99)
    assert (part.first, part.count) == (12, 3)
    np.testing.assert_array_equal(part.columns["epix/var_droplet/x"].values, [3, 4, 5, 6])


@pytest.mark.parametrize("name", ["x", "det/x", "det/var_x"])
def test_a_ragged_field_needs_a_group(name: str) -> None:
    with pytest.raises(ValueError, match="var_"):
        Field(name=name, dtype=np.dtype("f8"), ragged=True)


@pytest.mark.parametrize("group", ["a/b", "..", "."])
def test_a_group_of_its_own_rate_is_one_step(group: str) -> None:
    with pytest.raises(ValueError, match="group"):
        Field(name="x", dtype=np.dtype("f8"), aligned=group)


def test_the_path_of_an_aligned_field_lies_in_its_group() -> None:
    field = Field(name="slow/var_peak/x", dtype=np.dtype("f8"), aligned="intg", ragged=True)
    assert (field.path, field.group) == ("intg/slow/var_peak/x", "intg/slow/var_peak")
    assert Column(field, np.zeros(0), None, np.zeros(0, np.int64)).part(0, 3).values.size == 0
