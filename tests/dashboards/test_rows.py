"""Row messages become plain columns."""

from typing import Any

import numpy as np
import pytest

from dashboards.rows import table_of
from monitor.errors import ProtocolError
from monitor.wire.message import Message

HEADER = {"first": 5, "count": 2, "run": 98, "step": 3}


def message(arrays: dict[str, Any], **header: Any) -> Message:
    return Message("rows", {**HEADER, **header}, {name: np.asarray(values) for name, values in arrays.items()})


def test_rows_know_where_they_belong() -> None:
    rows = table_of(message({"c/event_time": [(1_288_000_000 << 32) | 500_000_000] * 2, "c/a": [1, 2]}))

    np.testing.assert_array_equal(rows.seq, [5, 6])
    np.testing.assert_array_equal(rows.run, [98, 98])
    np.testing.assert_array_equal(rows.step, [3, 3])
    np.testing.assert_allclose(rows.time, [1_288_000_000.5] * 2)
    assert list(rows.columns) == ["a"]


def test_absent_values_are_nan_whatever_their_type() -> None:
    rows = table_of(message({"c/a": np.array([7, 8]), "p/a": [True, False]}))

    np.testing.assert_array_equal(rows.column("a"), [7, np.nan])


def test_short_vectors_become_one_column_each_and_long_ones_none() -> None:
    rows = table_of(message({"c/ch": [[1, 2], [3, 4]], "c/wave": np.zeros((2, 500)), "c/text": np.array([b"x", b"y"])}))

    assert list(rows.columns) == ["ch[0]", "ch[1]"]
    np.testing.assert_array_equal(rows.column("ch[1]"), [2, 4])


def test_history_says_the_sequence_number_of_each_row() -> None:
    rows = table_of(message({"c/seq": [5, 9], "c/a": [1, 2]}))

    np.testing.assert_array_equal(rows.seq, [5, 9])
    assert list(rows.columns) == ["a"]


@pytest.mark.parametrize(
    "broken",
    [
        Message("rows", {"count": 2}),
        Message("rows", {"first": 0, "count": -1}),
        Message("rows", {"first": 0, "count": "2"}),
        message({"c/a": [1, 2, 3]}),
        message({"c/a": 1}),
        message({"c/a": [1, 2], "p/a": [True]}),
        message({"c/seq": [9, 5]}),
        message({"c/seq": [5.0, 6.0]}),
    ],
)
def test_rows_whose_numbers_do_not_fit_are_refused(broken: Message) -> None:
    with pytest.raises(ProtocolError):
        table_of(broken)
