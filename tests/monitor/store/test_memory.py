import numpy as np
import pytest

from monitor.errors import Unusable
from monitor.store.face import RunStore
from monitor.store.journal import LostEntry
from monitor.store.memory import MemoryFile
from tests.monitor.store.made import expected, sums, table


def test_the_twin_has_the_face_and_says_what_the_file_says() -> None:
    file = MemoryFile("e81", 98)
    face: RunStore = file
    face.commit([table(0, 4), table(4, 6)], sums(0, 6), stop=6)
    face.commit([table(6, 11)], sums(6, 11), stop=11)
    assert (face.committed, face.rows, face.finished) == (11, 11, False)
    wanted = expected(11)
    assert set(file.columns) == set(wanted)
    for name, values in wanted.items():
        np.testing.assert_array_equal(file[name], values, strict=True, err_msg=name)
    np.testing.assert_array_equal(file.sums["cspad_calib"].arrays["total"], [55, 11])


def test_what_was_said_after_the_last_commit_dies_with_the_writer() -> None:
    file = MemoryFile("e81", 98)
    file.lost(0, 2, "source")
    file.commit([], {}, stop=2)
    file.lost(2, 4, "source")
    file.crash()
    file.commit([table(2, 4)], {}, stop=4)
    assert file.gaps == [LostEntry(first=0, stop=2, why="source")]


def test_a_finished_run_takes_nothing_more() -> None:
    file = MemoryFile("e81", 98)
    file.finish(ledger={"read": 0})
    file.finish()
    assert file.end is not None
    assert file.end.ledger == {"read": 0}
    with pytest.raises(Unusable, match="is finished"):
        file.commit([], {}, stop=1)


def test_both_twins_refuse_overlapping_rows() -> None:
    file = MemoryFile("e81", 98)
    file.commit([table(0, 4)], {}, stop=4)
    with pytest.raises(ValueError, match="do not follow"):
        file.commit([table(3, 5)], {}, stop=5)
