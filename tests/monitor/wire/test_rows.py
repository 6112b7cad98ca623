"""Rows on the wire: what goes in comes out, and what is wrong is refused by name."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.errors import ProtocolError
from monitor.wire.message import Message, decode, encode
from monitor.wire.rows import Frame, Reduced, rows_message, rows_of
from tests.support.some_rows import column, some_reduced, some_rows


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
