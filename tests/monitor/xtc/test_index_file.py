"""Index files: both versions, and bytes that are none."""

import pytest

from monitor.errors import DamagedData
from monitor.xtc.index_file import parse_index
from tests.support.index_file import index_bytes
from tests.support.xtc_bytes import run_streams

DATA = run_streams(steps=2, events=3, daq=1)[0]
NAME = "xpptut15-r0012-s00-c00.xtc"


@pytest.mark.parametrize("version", [1, 2])
def test_events_and_cycles_are_where_the_datagrams_are(version: int) -> None:
    found = parse_index(index_bytes(DATA, NAME, version=version))
    starts = [sum(map(len, DATA[:i])) for i in range(len(DATA))]
    assert found.file == NAME
    assert found.events["offset"].tolist() == [starts[i] for i, one in enumerate(DATA) if one[11] & 15 == 12]
    assert found.cycles[["offset", "first"]].tolist() == [
        (starts[i], n) for i, n in zip([i for i, one in enumerate(DATA) if one[11] & 15 == 8], (0, 3), strict=True)
    ]
    assert found.segments[0].contains.tolist() == [262163]


@pytest.mark.parametrize("version", [1, 2])
def test_an_index_that_was_cut_is_refused_wherever_it_was_cut(version: int) -> None:
    data = index_bytes(DATA, NAME, version=version)
    for cut in range(len(data)):
        with pytest.raises(DamagedData, match="shorter than it says"):
            parse_index(data[:cut])


def test_other_files_are_no_index() -> None:
    for data in (b"\x26\0\x03\0" + bytes(100), bytes(100), b"hello, this is text"):
        with pytest.raises(DamagedData, match="no index file"):
            parse_index(data, source="here")


def test_counts_below_zero_are_refused() -> None:
    data = bytearray(index_bytes(DATA, NAME))
    data[44:48] = b"\xff\xff\xff\xff"
    with pytest.raises(DamagedData, match="shorter than it says"):
        parse_index(bytes(data))
