"""Chunks of a stream: which file goes on, and with which blocks of names."""

from pathlib import Path

import numpy as np
import pytest

from monitor.xtc2.chunk import NextChunk, link_of, tables_at_start
from monitor.xtc2.header import Transition
from monitor.xtc2.names import FieldType
from monitor.xtc2.write import Layout, names, shapes_data
from tests.support.xtc2_bytes import GMD, at, gmd

INFO = Layout(
    names_id=0x1FC,
    det_type="chunkinfo",
    det_name="chunkinfo",
    algorithm="chunkinfo",
    version=(0, 0, 1),
    fields={"filename": (FieldType.CHARSTR, 1), "chunkid": (FieldType.UINT32, 0)},
)


def first(name: str) -> bytes:
    """A chunk that says where the stream goes on."""
    configure = at(Transition.CONFIGURE, 1, names(INFO), names(GMD))
    return configure + at(Transition.ENABLE, 2, shapes_data(INFO, {"filename": name, "chunkid": 1}))


def test_the_last_enable_names_the_next_chunk() -> None:
    assert link_of(np.frombuffer(first("b.xtc2"), np.uint8)).next == NextChunk(1, "b.xtc2")


@pytest.mark.parametrize("name", ["../b.xtc2", "/etc/passwd", "", ".", "..", "a/b"])
def test_a_name_that_leads_out_of_the_folder_is_none(name: str) -> None:
    assert link_of(np.frombuffer(first(name), np.uint8)).next is None


def test_what_comes_behind_the_enable_belongs_to_this_chunk() -> None:
    data = first("b.xtc2") + at(Transition.L1ACCEPT, 3, gmd(1))
    assert link_of(np.frombuffer(data, np.uint8)).next is None


def test_a_chunk_goes_by_the_names_of_the_file_that_names_it(tmp_path: Path) -> None:
    chunk, start, other = (tmp_path / name for name in ("a.xtc2", "z.xtc2", "y.xtc2"))
    chunk.write_bytes(at(Transition.L1ACCEPT, 3, gmd(1)))
    start.write_bytes(first("a.xtc2"))
    other.write_bytes(at(Transition.CONFIGURE, 1))
    found = tables_at_start([chunk, start, other])
    assert list(found[chunk].blocks) == [INFO.names_id, GMD.names_id]
    assert not found[start].blocks
    assert not found[other].blocks
