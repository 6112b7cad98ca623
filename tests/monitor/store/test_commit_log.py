import numpy as np
import pytest

from monitor.store.commit_log import Commit, last_valid, record, record_type

FIRST = Commit(stop=10, rows=10, journal=0, time=1.0, slots=(1, 0), counts=(9, 8))
SECOND = Commit(stop=25, rows=20, journal=40, time=2.0, slots=(0, 1), counts=(19, 18))
BOTH = np.concatenate([record(FIRST), record(SECOND)])


def test_the_newest_record_counts() -> None:
    assert last_valid(BOTH, 2, rows=20, journal=40) == SECOND


@pytest.mark.parametrize("byte", range(record_type(2).itemsize))
def test_a_record_with_any_byte_torn_is_passed_over(byte: int) -> None:
    torn = bytearray(BOTH.tobytes())
    torn[record_type(2).itemsize + byte] ^= 0x40
    assert last_valid(np.frombuffer(bytes(torn), BOTH.dtype), 2, rows=20, journal=40) == FIRST


@pytest.mark.parametrize(("rows", "journal"), [(19, 40), (20, 39)])
def test_a_record_that_speaks_of_more_than_there_is_is_passed_over(rows: int, journal: int) -> None:
    assert last_valid(BOTH, 2, rows=rows, journal=journal) == FIRST


def test_a_record_that_was_never_written_is_no_commit() -> None:
    assert last_valid(np.zeros(3, record_type(2)), 2, rows=0, journal=0) is None


def test_a_part_without_sums_has_records_too() -> None:
    commit = Commit(stop=3, rows=3, journal=0, time=0.0)
    assert last_valid(record(commit), 0, rows=3, journal=0) == commit
