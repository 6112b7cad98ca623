from typing import Any

import numpy as np

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.rows import Rows
from monitor.store.catalog import Catalog
from monitor.store.gather import gather

A = Field(name="a", dtype=np.dtype("f8"))
B = Field(name="b", dtype=np.dtype("i4"), shape=(2,))


def blocks_of(tables: list[Rows]) -> dict[str, Any]:
    found = gather(tables, Catalog())
    return {path: found.values(path) for path in found.columns}


def test_tables_stand_one_behind_the_other_and_gaps_are_filled() -> None:
    one = Rows(0, 2, {"a": Column(A, np.array([1.0, 2.0]), np.array([True, False]))})
    two = Rows(2, 1, {"b": Column(B, np.array([[7, 8]], "i4"))})
    blocks = blocks_of([one, two])
    assert gather([one, two], Catalog()).columns == {"a": A, "b": B}
    np.testing.assert_array_equal(blocks["a"], [1.0, np.nan, np.nan])
    np.testing.assert_array_equal(blocks["b"], [[-99999, -99999], [-99999, -99999], [7, 8]])


def test_a_timestamp_stands_in_the_place_of_event_time_and_fiducials() -> None:
    whole = {name: Field(name=name, dtype=np.dtype("i8")) for name in ("timestamp", "event_time", "fiducials", "x")}
    rows = Rows(0, 1, {name: Column(field, np.array([5])) for name, field in whole.items()})
    assert sorted(gather([rows], Catalog()).columns) == ["timestamp", "x"]


def test_what_was_never_seen_gets_no_column() -> None:
    rows = Rows(0, 2, {"a": Column(A, np.zeros(2), np.zeros(2, bool)), "b": Column(B, np.ones((2, 2), "i4"))})
    assert list(gather([rows], Catalog()).columns) == ["b"]


def test_a_full_table_is_not_copied() -> None:
    values = np.arange(3.0)
    blocks = blocks_of([Rows(0, 3, {"a": Column(A, values)})])
    assert np.shares_memory(blocks["a"], values)


def test_a_new_unit_does_not_split_the_column() -> None:
    other = Field(name="a", dtype=np.dtype("f8"), unit="mm")
    one, two = Rows(0, 1, {"a": Column(A, np.array([1.0]))}), Rows(1, 1, {"a": Column(other, np.array([2.0]))})
    blocks = blocks_of([one, two])
    np.testing.assert_array_equal(blocks["a"], [1.0, 2.0])


def test_a_changed_shape_goes_on_beside() -> None:
    wide = Field(name="a", dtype=np.dtype("f8"), shape=(2,))
    one, two = Rows(0, 1, {"a": Column(A, np.array([1.0]))}), Rows(1, 1, {"a": Column(wide, np.array([[2.0, 3.0]]))})
    blocks = blocks_of([one, two])
    np.testing.assert_array_equal(blocks["a"], [1.0, np.nan])
    np.testing.assert_array_equal(blocks["a_2"], [[np.nan, np.nan], [2.0, 3.0]])
