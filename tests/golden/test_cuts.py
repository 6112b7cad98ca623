"""Recorded files cut at every byte of their first datagrams and at random elsewhere: what is whole is read as ever."""

from pathlib import Path

import numpy as np
import pytest
from numpy.random import default_rng

from monitor.xtc.dump import Dump
from monitor.xtc.walk import Stop, heads, walk
from tests.conftest import golden_root
from tests.support.golden_xtc import contents, golden_files

FIRST, MOST_CUTS, RANDOM_CUTS, SMALL = 3, 6000, 20, 100_000


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    files = golden_files(golden_root(metafunc.config) / "xtc")
    metafunc.parametrize("file", files, ids=[path.name for path in files])


def cuts(data: np.ndarray, ends: np.ndarray) -> list[int]:
    """All in the first datagrams, evenly spread if those are large; the neighbours of all ends; some at random."""
    limit = int(ends[min(FIRST, len(ends)) - 1])
    first = np.unique(np.linspace(0, limit, min(limit, MOST_CUTS) + 1, dtype=int))
    near = np.concatenate([ends[:50] + n for n in (-1, 0, 1, 39, 40)])
    found = np.concatenate([first, near[near <= len(data)], default_rng(len(data)).integers(0, len(data), RANDOM_CUTS)])
    return sorted(set(found.tolist()))


def test_datagrams_before_a_cut_are_all_there(file: Path) -> None:
    data = contents(file)
    whole = heads(data)
    ends = (whole.table["offset"] + whole.table["length"]).astype(np.int64)
    for cut in cuts(data, ends):
        found = heads(data[:cut])
        complete = int(np.searchsorted(ends, cut, side="right"))
        at = int(ends[complete - 1]) if complete else 0
        assert (len(found.table), found.stop) == (complete, at)
        if cut < whole.stop:
            assert found.reason == (Stop.END if cut == at else Stop.HEADER if cut - at < 40 else Stop.PAYLOAD)
    last = heads(data[:cut]).table
    assert last.tolist() == whole.table[: len(last)].tolist()


def test_payloads_of_a_datagram_that_is_cut_lie_before_the_cut(file: Path) -> None:
    data = contents(file)
    table = heads(data).table
    ends = (table["offset"] + table["length"]).astype(np.int64)
    whole = walk(data, table["offset"], table["length"]).index
    for cut in cuts(data, ends)[:: len(table) // 8 + 7]:
        found = walk(data[:cut], table["offset"], table["length"]).index
        assert (found["offset"].astype(np.int64) + found["size"] <= cut).all()
        complete = int(np.searchsorted(ends, cut, side="right"))
        before = whole[whole["datagram"] < complete]
        assert found[: len(before)].tolist() == before.tolist()


def test_the_dump_of_a_cut_file_is_the_beginning_of_the_dump(file: Path) -> None:
    data = contents(file)
    if len(data) > SMALL:
        data = data[: int(heads(data, most=2).stop)]
    whole = list(Dump(data).lines())
    for cut in default_rng(len(data)).integers(0, len(data), 3):
        *lines, end = Dump(data[:cut]).lines()
        assert lines == whole[: len(lines)]
        assert end["k"] == "end"
        assert end["offset"] <= cut == end["file_size"]
