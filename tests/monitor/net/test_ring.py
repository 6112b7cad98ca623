"""Shared-memory segments."""

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection

import numpy as np
import pytest

from monitor.errors import DamagedData, Unusable
from monitor.net.ring import FOLDER, Ring, attach, remove_stale


def test_what_the_owner_writes_is_seen_by_who_attaches() -> None:
    ring = Ring("test", 4096)
    try:
        offset = ring.allocate(5)
        assert offset is not None
        ring.data[offset : offset + 5] = [1, 2, 3, 4, 5]
        seen = attach(ring.name)
        assert seen[offset : offset + 5].tolist() == [1, 2, 3, 4, 5]
        with pytest.raises(ValueError, match="read-only"):
            seen[0] = 1
    finally:
        ring.close()


def test_a_closed_ring_leaves_no_file_and_keeps_old_views() -> None:
    ring = Ring("test", 4096)
    seen = attach(ring.name)
    ring.data[0] = 7
    ring.close()
    ring.close()
    assert not (FOLDER / ring.name).exists()
    assert seen[0] == 7
    with pytest.raises(DamagedData, match="gone"):
        attach(ring.name)


@pytest.mark.parametrize("name", ["../etc/passwd", "xtcmon-a-1-0/../x", "psm_123", "", "xtcmon-a-1-0\n"])
def test_only_names_of_ours_are_attached(name: str) -> None:
    with pytest.raises(DamagedData):
        attach(name)


def test_more_memory_than_there_is_is_refused_at_once_and_leaves_nothing() -> None:
    before = sorted(path.name for path in FOLDER.glob("xtcmon-huge-*"))
    with pytest.raises(Unusable, match="ring_size"):
        Ring("huge", 1 << 50)
    assert sorted(path.name for path in FOLDER.glob("xtcmon-huge-*")) == before


def _own_and_wait(connection: Connection) -> None:
    connection.send(Ring("orphan", 4096).name)
    signal.pause()


@pytest.mark.processes
def test_segments_of_the_killed_are_removed_and_those_of_the_living_are_not() -> None:
    mine, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_own_and_wait, args=(theirs,), daemon=True)
    process.start()
    ring = Ring("test", 4096)
    try:
        assert mine.poll(20)
        orphan = mine.recv()
        assert not {orphan, ring.name} & set(remove_stale())
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join(timeout=10)
        assert orphan in remove_stale()
        assert (FOLDER / ring.name).exists()
    finally:
        ring.close()
        process.kill()
    np.testing.assert_array_equal(ring.data[:3], 0)
