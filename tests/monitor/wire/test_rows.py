"""Rows on the wire: what goes in comes out, and what is wrong is refused by name."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ProtocolError
from monitor.model.column import Column
from monitor.model.field import Field
from monitor.wire.message import Message, decode, encode
from monitor.wire.rows import Frame, Reduced, rows_message, rows_of
from tests.support.some_rows import column, ragged, some_reduced, some_rows


def sent(reduced: Reduced) -> Reduced:
    return rows_of(decode([bytes(part) for part in encode(rows_message(reduced))]))


def test_every_entry_arrives_as_it_was_sent() -> None:
    charge = column("ebeam/charge", [0.1, 0.2, 0.3], unit="nC", present=[True, False, True])
    reduced = some_reduced(7, 10, rows=some_rows(7, 10, {"ebeam/charge": charge}), trouble={"damaged cspad": 2}, step=-1)
    got = sent(reduced)
    assert replace(got, rows=reduced.rows) == reduced
    assert (got.rows.first, got.rows.count) == (7, 3)
    assert got.rows.columns["ebeam/charge"].field == charge.field
    np.testing.assert_array_equal(got.rows.columns["ebeam/charge"].values, [0.1, 0.2, 0.3])
    np.testing.assert_array_equal(got.rows.columns["ebeam/charge"].mask, [True, False, True])


def test_a_field_that_all_events_have_travels_without_presence() -> None:
    rows = some_rows(0, 2, {"a": column("a", [1, 2], present=[True, True])})
    assert "p/a" not in rows_message(some_reduced(0, 2, rows=rows)).arrays


def test_a_ragged_field_arrives_with_its_lengths() -> None:
    x = ragged("epix/var_droplet/x", [[1.5, 2.5], None, [], [3.5]])
    image = ragged("epix/var_droplet/image", [[1, 2, 3, 4], None, [], [5, 6]], dtype="<u2", shape=(2,))
    reduced = some_reduced(4, 8, rows=some_rows(4, 8, {c.field.path: c for c in (x, image)}))
    got = sent(reduced).rows.part(6, 8).columns
    assert got["epix/var_droplet/x"].field == x.field
    assert got["epix/var_droplet/image"].field == image.field
    np.testing.assert_array_equal(got["epix/var_droplet/image"].of_event(1), [[5, 6]])
    np.testing.assert_array_equal(got["epix/var_droplet/x"].values, [3.5])
    np.testing.assert_array_equal(got["epix/var_droplet/x"].lengths, [0, 1])


def test_a_field_of_a_group_of_its_own_rate_arrives_under_its_path() -> None:
    field = Field(name="slow/sum", dtype=np.dtype("<f8"), aligned="intg", unit="keV")
    slow = Column(field, np.array([0.0, 7.0]), np.array([False, True]))
    got = sent(some_reduced(0, 2, rows=some_rows(0, 2, {"intg/slow/sum": slow}))).rows.columns["intg/slow/sum"]
    assert got.field == field
    np.testing.assert_array_equal(got.mask, [False, True])


def test_what_the_worker_used_arrives_and_belongs_to_the_whole() -> None:
    mask = np.array([[True, False]])
    reduced = some_reduced(0, 2, config={"cspad/mask": mask})
    got = sent(reduced)
    np.testing.assert_array_equal(got.config["cspad/mask"], mask)
    assert not got.part(0, 1).config
    assert not sent(some_reduced(0, 2)).config


@given(
    events=st.lists(st.none() | st.lists(st.integers(0, 255), max_size=4), max_size=8),
    cuts=st.tuples(st.integers(0, 8), st.integers(0, 8)),
)
def test_any_ragged_column_arrives_and_any_part_of_it_is_that_of_its_events(
    events: list[list[int] | None], cuts: tuple[int, int]
) -> None:
    column = ragged("a/var_b/c", events, dtype="<u2")
    start, stop = min(cuts), max(cuts)
    got = sent(some_reduced(0, len(events), rows=some_rows(0, len(events), {"a/var_b/c": column}))).rows.columns["a/var_b/c"]
    part = got.part(start, stop)
    kept = events[start:stop]
    assert [part.of_event(i).tolist() for i in range(len(part))] == [event or [] for event in kept]
    np.testing.assert_array_equal(part.mask, [event is not None for event in kept])


def lengthened(name: str) -> Message:
    x = ragged("a/var_b/x", [[1], None, [2, 3]])
    y = ragged("a/var_b/y", [[1], [], [2, 3]])
    message = rows_message(some_reduced(0, 3, rows=some_rows(0, 3, {c.field.path: c for c in (x, y)})))
    header, arrays = dict(message.header), dict(message.arrays)
    path, lengths = "n/a/var_b/x", arrays["n/a/var_b/x"]
    changed: dict[str, Any] = {
        "nothing": lengths,
        "lengths below the elements": np.array([1, 0, 1]),
        "lengths above the elements": np.array([1, 0, 3]),
        "a negative length": np.array([5, 0, -2]),
        "lengths whose sum overflows": np.array([1 << 62, 1 << 62, 3]) * 2,
        "lengths of floats": lengths * 1.0,
        "lengths of fewer events": np.array([1, 2]),
        "elements in an absent event": np.array([1, 1, 1]),
        "other lengths than the group": np.array([2, 0, 1]),
    }
    arrays[path] = changed.get(name, lengths)
    if name == "no lengths":
        del arrays[path]
    elif name == "lengths of a field that is not ragged":
        header["fields"]["a/var_b/x"] = ["", ""]
    elif name == "a ragged field without a group":
        header["fields"]["x"] = header["fields"].pop("a/var_b/x")
        arrays |= {f"{kind}/x": arrays.pop(f"{kind}/a/var_b/x") for kind in "cpn"}
    elif name == "a group it does not lie in":
        header["fields"]["a/var_b/x"] = ["", "", {"ragged": True, "aligned": "b"}]
    elif name == "a group that is a path":
        header["fields"]["a/var_b/x"] = ["", "", {"ragged": True, "aligned": "a/var_b"}]
    elif name == "elements without size":
        arrays["c/a/var_b/x"] = np.zeros((3, 0))
    elif name == "a configuration without an array":
        header["config"] = ["a/mask"]
    return Message("rows", header, arrays)


@pytest.mark.parametrize(
    "name",
    [
        "lengths below the elements",
        "lengths above the elements",
        "a negative length",
        "lengths whose sum overflows",
        "lengths of floats",
        "lengths of fewer events",
        "elements in an absent event",
        "other lengths than the group",
        "no lengths",
        "lengths of a field that is not ragged",
        "a ragged field without a group",
        "a group it does not lie in",
        "a group that is a path",
        "elements without size",
        "a configuration without an array",
    ],
)
def test_lengths_that_do_not_fit_are_refused(name: str) -> None:
    with pytest.raises(ProtocolError):
        rows_of(lengthened(name))
    rows_of(lengthened("nothing"))


def test_a_frame_arrives_with_its_index_and_masked_pixels() -> None:
    image = np.array([[1, np.nan], [3, 4]], np.float32)
    index = np.array([[0, -1], [1, 2]], np.int32)
    got = sent(some_reduced(0, 1, frames={"cspad": Frame(image=image, seq=0, unit="keV", rough=True, index=index)}))
    frame = got.frames["cspad"]
    np.testing.assert_array_equal(frame.image, image)
    np.testing.assert_array_equal(frame.index, index)
    assert (frame.seq, frame.unit, frame.rough) == (0, "keV", True)


def broken(name: str) -> Message:
    message = rows_message(some_reduced(5, 8, rows=some_rows(5, 8, {"x": column("x", [1, 2, 3], present=[True, False, True])})))
    header, arrays = dict(message.header), dict(message.arrays)
    if name == "a field shorter than the rows":
        arrays["c/x"] = arrays["c/x"][:2]
    elif name == "presence shorter than the rows":
        arrays["p/x"] = arrays["p/x"][:2]
    elif name == "presence that is no truth value":
        arrays["p/x"] = arrays["p/x"].astype("u1")
    elif name == "no event time":
        del arrays["c/event_time"], header["fields"]["event_time"]
    elif name == "an event time of floats":
        arrays["c/event_time"] = arrays["c/event_time"].astype("f8")
    elif name == "a field without values":
        header["fields"]["y"] = ["", ""]
    elif name == "a field without unit":
        header["fields"]["x"] = [1, 2]
    elif name == "a negative first":
        header["first"] = -1
    elif name == "a count of text":
        header["count"] = "3"
    elif name == "a time that is not finite":
        header["created"] = float("nan")
    elif name == "a frame without image":
        header["frames"] = {"cspad": {"seq": 1, "unit": "", "rough": False}}
    elif name == "trouble that is no count":
        header["trouble"] = {"x": -1}
    return Message("rows", header, arrays)


@pytest.mark.parametrize(
    "name",
    [
        "a field shorter than the rows",
        "presence shorter than the rows",
        "presence that is no truth value",
        "no event time",
        "an event time of floats",
        "a field without values",
        "a field without unit",
        "a negative first",
        "a count of text",
        "a time that is not finite",
        "a frame without image",
        "trouble that is no count",
    ],
)
def test_what_is_wrong_is_refused(name: str) -> None:
    with pytest.raises(ProtocolError):
        rows_of(broken(name))
    rows_of(broken("nothing"))


@pytest.mark.parametrize(
    "entry", ["first", "count", "run", "step", "epoch", "lease", "experiment", "worker", "created", "fields"]
)
def test_a_missing_entry_is_refused_by_its_name(entry: str) -> None:
    message = rows_message(some_reduced(0, 1))
    header = {name: value for name, value in message.header.items() if name != entry}
    with pytest.raises(ProtocolError, match=entry):
        rows_of(replace(message, header=header))
