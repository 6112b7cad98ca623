"""Events of a source as a batch, without a service around them."""

import numpy as np

from monitor.model.event import EPICS_CHANGE, EVENT_ID, PIECE
from monitor.model.place import FilePlace, InlinePlace
from monitor.model.run_state import RunState
from monitor.reader.block import EventBlock
from monitor.reader.plain_batch import plain_batch

STATE = RunState(version=5, experiment="e81", run=98, step=2, format="xtc", configs={}, pvs=())
BLOCK = EventBlock(
    events=np.zeros(3, EVENT_ID),
    pieces=np.zeros(3, PIECE),
    places=(FilePlace("a.xtc"),),
    epics_start=np.zeros(0),
    epics_changes=np.zeros(0, EPICS_CHANGE),
    state=STATE,
)


def test_a_batch_says_of_its_events_what_holds_for_them() -> None:
    batch = plain_batch(BLOCK, 40, version=2)
    assert (batch.first, batch.stop, batch.run, batch.step, batch.state, batch.pipeline) == (40, 43, 98, 2, 5, 2)
    assert batch.places == (FilePlace("a.xtc"),)
    assert batch.pieces is BLOCK.pieces


def test_bytes_may_lie_elsewhere() -> None:
    assert plain_batch(BLOCK, 0, places=(InlinePlace(0),)).places == (InlinePlace(0),)
