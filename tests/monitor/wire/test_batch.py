"""Batches and run states as messages."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from monitor.errors import ProtocolError
from monitor.model.batch import Batch
from monitor.model.event import EPICS_CHANGE, EVENT_ID, PIECE
from monitor.model.place import FilePlace, InlinePlace, RingPlace
from monitor.model.run_state import ConfigKey, PvName, RunState
from monitor.wire.batch import batch_message, batch_of
from monitor.wire.message import Message, decode, encode
from monitor.wire.state import state_message, state_of

PLACES = (FilePlace("/data/run.xtc"), RingPlace("xtcmon-a-1-0"), InlinePlace(0))


def batch() -> Batch:
    pieces = np.zeros(3, PIECE)
    pieces["event"], pieces["place"], pieces["length"] = [0, 1, 1], [0, 1, 2], 8
    changes = np.array([(1, 2, 0.5)], EPICS_CHANGE)
    return Batch(
        first=7,
        run=98,
        step=-1,
        pipeline=1,
        state=2,
        epoch=1 << 52,
        lease=4,
        format="xtc",
        show=True,
        created=1.5,
        events=np.zeros(2, EVENT_ID),
        pieces=pieces,
        places=PLACES,
        epics_start=np.array([1.0, np.nan, 3.0]),
        epics_changes=changes,
    )


def sent(message: Message) -> Message:
    return decode([bytes(part) for part in encode(message)])


def test_a_batch_arrives_as_it_was_sent() -> None:
    inline = np.arange(8, dtype=np.uint8)
    message = sent(batch_message(batch(), [inline]))
    found = batch_of(message)
    for name in Batch.__slots__:
        np.testing.assert_equal(getattr(found, name), getattr(batch(), name))
    np.testing.assert_array_equal(message.arrays["bytes/0"], inline)


def broken(**changes: Any) -> Message:
    message = batch_message(batch(), [np.arange(8, dtype=np.uint8)])
    header = {**message.header, **{k: v for k, v in changes.items() if not isinstance(v, np.ndarray)}}
    arrays = {**message.arrays, **{k: v for k, v in changes.items() if isinstance(v, np.ndarray)}}
    return Message("batch", header, arrays)


def pieces(**columns: Any) -> np.ndarray[Any, Any]:
    table = batch().pieces.copy()
    for name, values in columns.items():
        table[name] = values
    return table


@pytest.mark.parametrize(
    "message",
    [
        broken(first=-2),
        broken(first=1 << 63),
        broken(first="7"),
        broken(lease=True),
        broken(created=float("nan")),
        broken(created="now"),
        broken(show=1),
        broken(format=None),
        broken(places=None),
        broken(places=[{}, {}, {}]),
        broken(places=[{"file": "a\0b"}] * 3),
        broken(places=[{"inline": "bytes/1"}] * 3),
        broken(places=[{"inline": "events"}] * 3),
        broken(places=[{"web": "x"}] * 3),
        broken(places=[{"file": 3}] * 3),
        broken(places=[{"file": "/data/run.xtc"}]),
        broken(events=np.zeros(2)),
        broken(events=np.zeros(0, EVENT_ID)),
        broken(pieces=pieces(event=[0, 1, 2])),
        broken(pieces=pieces(event=[1, 0, 0])),
        broken(pieces=pieces(place=[0, 1, 3])),
        broken(epics_start=np.zeros((3, 1))),
        broken(epics_changes=np.array([(2, 0, 0.0)], EPICS_CHANGE)),
        broken(epics_changes=np.array([(0, 3, 0.0)], EPICS_CHANGE)),
        Message("rows", {}),
    ],
)
def test_a_batch_that_lies_is_refused(message: Message) -> None:
    with pytest.raises(ProtocolError):
        batch_of(message)


STATE = RunState(
    version=3,
    experiment="xppx",
    run=98,
    step=2,
    format="xtc",
    configs={ConfigKey(1, 0xFFFFFFFF, 0x10006): b"\x01\x02", ConfigKey(2, 0, 7): b""},
    pvs=(PvName("A:B", "a"), PvName("C", "C")),
)


def test_a_run_state_arrives_as_it_was_sent() -> None:
    assert state_of(sent(state_message(STATE))) == STATE
    empty = replace(STATE, configs={}, pvs=())
    assert state_of(sent(state_message(empty))) == empty


@pytest.mark.parametrize(
    "change",
    [
        {"version": "3"},
        {"run": None},
        {"experiment": 5},
        {"configs": {}},
        {"configs": [[1, 2, 3]]},
        {"configs": [[1, 2, 1 << 32, "config/0"]]},
        {"configs": [[1, 2, 3, "config/9"]]},
        {"pvs": [["a"]]},
        {"pvs": "ab"},
    ],
)
def test_a_run_state_that_lies_is_refused(change: dict[str, Any]) -> None:
    message = state_message(STATE)
    with pytest.raises(ProtocolError):
        state_of(Message("state", {**message.header, **change}, message.arrays))
