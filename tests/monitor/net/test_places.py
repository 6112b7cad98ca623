"""Where a worker finds the bytes of a batch, and that it never looks outside."""

from pathlib import Path

import numpy as np
import pytest

from monitor.errors import DamagedData
from monitor.model.batch import Batch
from monitor.model.event import EPICS_CHANGE, EVENT_ID, PIECE
from monitor.model.place import FilePlace, InlinePlace, Place, RingPlace
from monitor.net.places import Places
from monitor.net.ring import Ring
from monitor.wire.message import Message


def batch(place: Place, *, offset: int = 0, length: int = 4) -> Batch:
    return Batch(
        first=0,
        run=1,
        step=0,
        pipeline=1,
        state=1,
        epoch=1,
        lease=1,
        format="xtc",
        show=False,
        created=0.0,
        events=np.zeros(1, EVENT_ID),
        pieces=np.array([(0, 0, 0, length, offset)], PIECE),
        places=(place,),
        epics_start=np.zeros(0),
        epics_changes=np.zeros(0, EPICS_CHANGE),
    )


NOTHING = Message("batch", {})


def test_a_file_is_mapped_and_its_growth_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "a.xtc"
    path.write_bytes(bytes(range(8)))
    places = Places()
    assert places.resolve(batch(FilePlace(str(path))), NOTHING)[0].tolist() == list(range(8))
    with path.open("ab") as file:
        file.write(bytes(range(8, 16)))
    assert places.resolve(batch(FilePlace(str(path)), offset=12), NOTHING)[0][12:].tolist() == [12, 13, 14, 15]


def test_a_file_that_became_shorter_is_damaged_data_and_no_signal(tmp_path: Path) -> None:
    path = tmp_path / "a.xtc"
    path.write_bytes(bytes(20_000))
    places = Places()
    places.resolve(batch(FilePlace(str(path)), offset=19_000), NOTHING)
    path.write_bytes(bytes(100))
    with pytest.raises(DamagedData, match="100"):
        places.resolve(batch(FilePlace(str(path)), offset=19_000), NOTHING)


def test_a_replaced_file_is_mapped_anew(tmp_path: Path) -> None:
    path, other = tmp_path / "a.xtc", tmp_path / "b.xtc"
    path.write_bytes(b"\1" * 8)
    other.write_bytes(b"\2" * 8)
    places = Places()
    places.resolve(batch(FilePlace(str(path))), NOTHING)
    other.replace(path)
    assert places.resolve(batch(FilePlace(str(path))), NOTHING)[0].tolist() == [2] * 8


@pytest.mark.parametrize(("offset", "length"), [(5, 4), (1 << 40, 4), ((1 << 64) - 4, 4), (0, (1 << 32) - 1)])
def test_pieces_outside_their_place_are_refused(tmp_path: Path, offset: int, length: int) -> None:
    path = tmp_path / "a.xtc"
    path.write_bytes(bytes(8))
    inline = Message("batch", {}, {"bytes/0": np.zeros(8, np.uint8)})
    for place, message in ((FilePlace(str(path)), NOTHING), (InlinePlace(0), inline)):
        with pytest.raises(DamagedData):
            Places().resolve(batch(place, offset=offset, length=length), message)


def test_missing_files_and_rings_are_damaged_data(tmp_path: Path) -> None:
    for place in (FilePlace(str(tmp_path / "none")), FilePlace(str(tmp_path)), RingPlace("xtcmon-none-1-0")):
        with pytest.raises(DamagedData):
            Places().resolve(batch(place), NOTHING)


def test_an_empty_file_has_no_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    assert len(Places().resolve(batch(FilePlace(str(tmp_path / "a")), length=0), NOTHING)[0]) == 0


def test_rings_are_attached_once() -> None:
    ring = Ring("test", 4096)
    places = Places()
    first = places.resolve(batch(RingPlace(ring.name)), NOTHING)[0]
    ring.close()
    assert places.resolve(batch(RingPlace(ring.name)), NOTHING)[0] is first


def test_what_was_not_used_for_longest_is_let_go(tmp_path: Path) -> None:
    places = Places(files=2)
    for name in "abc":
        (tmp_path / name).write_bytes(bytes(8))
        places.resolve(batch(FilePlace(str(tmp_path / name))), NOTHING)
    assert [Path(path).name for path in places._files] == ["b", "c"]
