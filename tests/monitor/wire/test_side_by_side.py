"""Scalar columns as matrices: every column arrives as it would alone, and what does not fit is refused."""

from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ProtocolError
from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.rows import Rows
from monitor.wire.message import Message, decode, encode
from monitor.wire.rows import rows_message, rows_of
from tests.support.some_rows import column, ragged, some_reduced, some_rows


def arrived(rows: Rows, *, packed: bool) -> dict[str, Column]:
    message = rows_message(some_reduced(rows.first, rows.stop, rows=rows), packed=packed)
    return dict(rows_of(decode([bytes(part) for part in encode(message)])).rows.columns)


@given(
    count=st.integers(0, 5),
    kinds=st.lists(st.tuples(st.sampled_from(["<f8", "<f4", "<i8", "|u1", "|b1", "|S2"]), st.booleans()), max_size=9),
)
def test_columns_arrive_the_same_side_by_side_and_alone(count: int, kinds: list[tuple[str, bool]]) -> None:
    some: dict[str, Column] = {}
    for n, (dtype, gaps) in enumerate(kinds):
        values = (np.arange(count) + n) % 2
        some[f"a/{n}"] = column(f"a/{n}", values.astype(dtype), dtype=dtype, present=values > 0 if gaps else None, unit="V")
    some["a/wide"] = column("a/wide", np.ones((count, 3)))
    some["a/var_b/c"] = ragged("a/var_b/c", [[n] * n for n in range(count)])
    rows = some_rows(7, 7 + count, some)
    alone, together = arrived(rows, packed=False), arrived(rows, packed=True)
    assert alone.keys() == together.keys()
    for path, one in alone.items():
        assert together[path].field == one.field
        np.testing.assert_array_equal(together[path].values, one.values, strict=True)
        np.testing.assert_array_equal(together[path].mask, one.mask)


def test_the_fields_of_batches_of_one_layout_are_the_same_objects() -> None:
    rows = some_rows(0, 3)
    first, second = arrived(rows, packed=True), arrived(rows, packed=True)
    assert all(first[path].field is second[path].field for path in first)


def test_fields_that_change_are_not_taken_for_those_before() -> None:
    for unit in ("V", "mV", "V"):
        field = Field(name="a", dtype=np.dtype("<f8"), unit=unit)
        got = arrived(some_rows(0, 1, {"a": Column(field, np.zeros(1))}), packed=True)
        assert got["a"].field == field


def changed(name: str) -> Message:
    message = rows_message(some_reduced(0, 3), packed=True)
    header, arrays = dict(message.header), dict(message.arrays)
    entries: list[Any] = msgpack.unpackb(header["layout"])
    matrix = arrays["b/0"]
    if name == "a row less than fields":
        arrays["b/0"] = matrix[:-1]
    elif name == "fewer values than events":
        arrays["b/0"] = matrix[:, :2]
    elif name == "no matrix":
        del arrays["b/0"]
    elif name == "a matrix of text":
        arrays["b/0"] = matrix.astype("S2")
    layouts: dict[str, Any] = {
        "a field twice": [[*entries[0][:-1], entries[0][0]]],
        "a field without unit": [[entry[:2] for entry in entries[0]]],
        "numbers for names": [[[1, 2, 3]] * len(entries[0])],
        "a map": {"a": 1},
        "a number": 5,
    }
    if name in layouts:
        header["layout"] = msgpack.packb(layouts[name])
    elif name == "bytes that are no msgpack":
        header["layout"] = b"\xc1"
    elif name == "text for bytes":
        header["layout"] = "abc"
    elif name == "deep nesting":
        header["layout"] = b"\x91" * 5000 + b"\xc0"
    return Message("rows", header, arrays)


@pytest.mark.parametrize(
    "name",
    [
        "a row less than fields",
        "fewer values than events",
        "no matrix",
        "a matrix of text",
        "a field twice",
        "a field without unit",
        "numbers for names",
        "a map",
        "a number",
        "bytes that are no msgpack",
        "text for bytes",
        "deep nesting",
    ],
)
def test_a_layout_that_does_not_fit_is_refused(name: str) -> None:
    with pytest.raises(ProtocolError):
        rows_of(changed(name))
    rows_of(changed("nothing"))
