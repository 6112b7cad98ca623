"""The reader's memory and the messages made from it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import DamagedData
from monitor.model.place import FilePlace, InlinePlace
from monitor.net.ring import MemoryRing
from monitor.reader.block import Memory
from monitor.reader.dispatch.cut import Cutter, Stretch, stretch_of
from monitor.reader.dispatch.draft import Draft
from monitor.reader.hold import Hold
from monitor.wire.batch import batch_of
from monitor.wire.message import Message
from tests.support.blocks import events, state, written


def draft_of(*stretches: Stretch) -> Draft:
    cutter = Cutter(1000, 1 << 30)
    for stretch in stretches:
        cutter.add(stretch, 0.0)
    (cut,) = cutter.close()
    return Draft(cut, 0, 1, 1)


def bytes_by_event(message: Message, ring: np.ndarray[tuple[int], np.dtype[np.uint8]] | None = None) -> list[int]:
    """First byte of each event after checking that all of its bytes are the same; through inline parts or a ring."""
    batch, found = batch_of(message), []
    for piece in batch.pieces:
        place = batch.places[piece["place"]]
        data = message.arrays[f"bytes/{place.part}"] if isinstance(place, InlinePlace) else ring
        assert data is not None
        start = int(piece["offset"])
        content = set(data[start : start + int(piece["length"])].tolist())
        assert len(content) == 1
        found.append(content.pop())
    return found


def test_files_stay_where_they_are_by_reference(tmp_path: Path) -> None:
    place = written(tmp_path / "a.xtc", 5)
    hold = Hold("reference")
    stretch = stretch_of(events(0, 5, place=place), 0.0)
    assert hold.stow(stretch) is stretch
    message = hold.message(draft_of(stretch), 1, show=False, local=True)
    assert batch_of(message).places == (place,)
    assert not any(name.startswith("bytes/") for name in message.arrays)


def test_files_are_read_when_they_are_handed_out_inline(tmp_path: Path) -> None:
    place = written(tmp_path / "a.xtc", 9)
    stretch = stretch_of(events(3, 5, place=place), 0.0)
    hold = Hold("inline")
    assert hold.stow(stretch) is stretch
    assert bytes_by_event(hold.message(draft_of(stretch), 1, show=False, local=True)) == [3, 4, 5, 6, 7]
    hold.close()


@pytest.mark.parametrize("way", ["ring", "inline", "reference"])
def test_what_lies_in_memory_is_copied_once_and_kept(way: str) -> None:
    segment = MemoryRing(4096)
    hold = Hold(way, segment)  # type: ignore[arg-type]  # the parameter is one of the ways
    here = state()
    parts = [hold.stow(stretch_of(events(first, 3, at=here), 0.0)) for first in (0, 3)]
    assert all(part is not None and isinstance(part.places[0], Memory) for part in parts)
    draft = draft_of(*[part for part in parts if part is not None])
    assert len(draft.cut.held) == 2
    assert bytes_by_event(hold.message(draft, 1, show=False, local=True)) == [0, 1, 2, 3, 4, 5]


def test_a_worker_on_another_machine_gets_the_bytes_themselves() -> None:
    class NamedRing(MemoryRing):
        name = "xtcmon-test-1-0"

    segment = NamedRing(4096)
    hold = Hold("ring", segment)  # type: ignore[arg-type]  # a ring in all but its file
    stowed = hold.stow(stretch_of(events(0, 3), 0.0))
    assert stowed is not None
    draft = draft_of(stowed)
    near = hold.message(draft, 1, show=False, local=True)
    far = hold.message(draft, 2, show=False, local=False)
    assert not any(name.startswith("bytes/") for name in near.arrays)
    assert bytes_by_event(near, segment.data) == bytes_by_event(far) == [0, 1, 2]


def test_no_more_is_kept_than_declared() -> None:
    hold = Hold("ring", MemoryRing(1024))
    first = hold.stow(stretch_of(events(0, 8), 0.0))
    assert first is not None
    assert hold.half_full
    assert hold.stow(stretch_of(events(8, 8), 0.0)) is None
    assert hold.fits(stretch_of(events(8, 8), 0.0))
    assert not hold.fits(stretch_of(events(8, 11), 0.0))
    assert first.held is not None
    hold.release(first.held)
    assert hold.stow(stretch_of(events(8, 8), 0.0)) is not None


def test_a_file_that_became_shorter_is_damaged_data(tmp_path: Path) -> None:
    place = written(tmp_path / "a.xtc", 5)
    (tmp_path / "a.xtc").write_bytes(bytes(450))
    segment = MemoryRing(4096)
    stretch = stretch_of(events(0, 5, place=place), 0.0)
    with pytest.raises(DamagedData, match="shorter"):
        Hold("ring", segment).stow(stretch)
    assert segment.space.used == 0
    with pytest.raises(DamagedData):
        Hold("inline").message(draft_of(stretch), 1, show=False, local=True)
    with pytest.raises(DamagedData):
        Hold("inline").message(draft_of(replace(stretch, places=(FilePlace(str(tmp_path / "x")),))), 1, show=False, local=True)


def test_the_datagrams_of_a_batch_come_back_to_back(tmp_path: Path) -> None:
    place = written(tmp_path / "a.xtc", 5)
    found = Hold("reference").datagrams(draft_of(stretch_of(events(1, 2, place=place), 0.0)))
    assert {stream: data.tobytes() for stream, data in found.items()} == {0: b"\1" * 100 + b"\2" * 100}
