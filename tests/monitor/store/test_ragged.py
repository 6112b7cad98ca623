"""Ragged groups and groups of their own rate in the files: parts, index, order of time, readers, and what is refused."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
import pytest

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.rows import Rows
from monitor.store import open_run
from monitor.store.catalog import Catalog
from monitor.store.gather import gather
from monitor.store.smalldata import SmallDataFile
from tests.monitor.store.made import DROPLET, LATE, SLOW, TIME, droplets, ragged, table
from tests.monitor.store.test_recovery import writer

pytestmark = pytest.mark.processes


def file_of(directory: Path, tables: Sequence[Rows], *, compacted: bool, roll_s: float = 0.0) -> Path:
    file = SmallDataFile(directory, "e81", 98, sync=False, compacted=compacted, roll_s=roll_s)
    for rows in tables:
        file.commit([rows], {}, stop=rows.stop)
    file.finish()
    return file.path


def droplets_of(lengths: Sequence[int], times: Sequence[int], first: int = 0) -> Rows:
    """Events of these times; each element says its event and its number."""
    elements = [[100 * (first + n) + k for k in range(length)] for n, length in enumerate(lengths)]
    slow = Column(SLOW, np.arange(first, first + len(lengths)) * 1.0, np.array([length > 1 for length in lengths]))
    columns = {TIME: Column(TIME, np.array(times)), DROPLET: ragged(DROPLET, elements), SLOW: slow}
    return Rows(first, len(lengths), {field.path: column for field, column in columns.items()})


@pytest.mark.parametrize("compacted", [True, False], ids=["one file", "parts"])
def test_elements_are_found_by_the_sum_of_the_lengths_before_them(tmp_path: Path, compacted: bool) -> None:
    path = file_of(tmp_path, [table(first, first + 3) for first in range(0, 12, 3)], compacted=compacted)
    with h5py.File(path) as file:
        ends = np.cumsum(file["epix/var_droplet_len"][()])
        values = file["epix/var_droplet/x"][()]
        assert len(values) == ends[-1]
        np.testing.assert_array_equal(values[ends[6] : ends[7]], [7.0, 7.1, 7.2])


def test_elements_and_slow_rows_move_with_their_events_into_order_of_time(tmp_path: Path) -> None:
    tables = [droplets_of([2, 0, 3], [50, 20, 40]), droplets_of([1, 4], [10, 30], first=3)]
    with open_run(file_of(tmp_path, tables, compacted=True)) as run:
        np.testing.assert_array_equal(run["event_time"], [10, 20, 30, 40, 50])
        np.testing.assert_array_equal(run["epix/var_droplet_len"], [1, 0, 4, 3, 2])
        np.testing.assert_array_equal(run["epix/var_droplet/x"], [300, 400, 401, 402, 403, 200, 201, 202, 0, 1])
        np.testing.assert_array_equal(run["intg/event_time"], [30, 40, 50])
        np.testing.assert_array_equal(run["intg/slow/sum"], [4, 2, 0])


def test_many_elements_far_from_sorted_are_each_found_once(tmp_path: Path) -> None:
    dice = np.random.default_rng(98)
    lengths, times = dice.integers(0, 9, 700), dice.permutation(700)
    with open_run(file_of(tmp_path, [droplets_of(lengths.tolist(), times.tolist())], compacted=True)) as run:
        wanted = [100.0 * n + k for n in np.argsort(times) for k in range(lengths[n])]
        np.testing.assert_array_equal(run["epix/var_droplet/x"], wanted)


@pytest.mark.parametrize("compacted", [True, False], ids=["one file", "parts"])
def test_a_reader_takes_events_apart(tmp_path: Path, compacted: bool) -> None:
    path = file_of(tmp_path, [table(first, first + 4) for first in range(0, 12, 4)], compacted=compacted)
    with open_run(path) as run:
        some = run.ragged("epix/var_droplet/x", 2, 8)
        assert [some.of_event(i).tolist() for i in range(len(some))] == [
            [2.0, 2.1],
            [3.0, 3.1, 3.2],
            [],
            [],
            [6.0, 6.1],
            [7.0, 7.1, 7.2],
        ]
        late = run.ragged("jungfrau/var_peak/adu")
        assert [late.of_event(n).tolist() for n in (LATE - 1, LATE)] == [[], [-LATE, -LATE]]
        hits = run.ragged("intg/slow/var_hit/t")
        assert [hits.of_event(i).tolist() for i in range(len(hits))] == [[2], [5, 5], [8], [11, 11]]
        assert len(run.ragged("epix/var_droplet/x", 50, 60)) == 0
        with pytest.raises(KeyError, match="ragged"):
            run.ragged("ebeam/charge")


def test_a_live_reader_sees_the_elements_of_every_committed_event_and_no_more(tmp_path: Path) -> None:
    with writer(tmp_path, stop=90, roll_s=0.2, pause_s=0.005, finish=True) as (_, pipe):
        assert os.read(pipe, 4)
        with open_run(tmp_path / "e81_Run0098.h5", live=True) as run:
            deadline = time.monotonic() + 60
            while run.end is None:
                assert time.monotonic() < deadline
                count = run.refresh()
                x = run.ragged("epix/var_droplet/x")
                assert len(x) == count
                assert [x.of_event(n).tolist() for n in range(count)] == [
                    [n + k / 10 for k in range(droplets(n))] for n in range(count)
                ]


def test_other_lengths_in_one_group_are_refused() -> None:
    y = Field(name="epix/var_droplet/y", dtype=np.dtype("f8"), ragged=True)
    rows = Rows(0, 2, {f.path: column for f, column in {DROPLET: ragged(DROPLET, [[1], []]), y: ragged(y, [[1], [2]])}.items()})
    other = Rows(0, 1, {f.path: column for f, column in {DROPLET: ragged(DROPLET, [[1]]), y: ragged(y, [[1, 2]])}.items()})
    gather([rows], Catalog())
    with pytest.raises(ValueError, match="number of elements"):
        gather([other], Catalog())


def test_a_ragged_field_of_another_type_goes_on_in_the_same_group(tmp_path: Path) -> None:
    narrow = Field(name=DROPLET.name, dtype=np.dtype("f4"), ragged=True)
    one = Rows(0, 1, {TIME.path: Column(TIME, np.array([1])), DROPLET.path: ragged(DROPLET, [[1, 2]])})
    two = Rows(1, 1, {TIME.path: Column(TIME, np.array([2])), DROPLET.path: ragged(narrow, [[3]])})
    with open_run(file_of(tmp_path, [one, two], compacted=True)) as run:
        np.testing.assert_array_equal(run["epix/var_droplet_len"], [2, 1])
        np.testing.assert_array_equal(run["epix/var_droplet/x"], [1, 2, np.nan])
        np.testing.assert_array_equal(run["epix/var_droplet/x_2"], [np.nan, np.nan, 3])


def field(name: str, *, ragged: bool = False, aligned: str = "") -> Field:
    return Field(name=name, dtype=np.dtype("f8"), ragged=ragged, aligned=aligned)


@pytest.mark.parametrize(
    ("fields", "paths"),
    [
        ((field("a/var_b_len"), field("a/var_b/x", ragged=True)), ["a/var_b_len", "a/var_b_/x"]),
        ((field("a/var_b/x", ragged=True), field("a/var_b_len")), ["a/var_b/x", "a/var_b_len_2"]),
        ((field("a/var_b/x", ragged=True), field("a/var_b/x")), ["a/var_b/x", "a/_var_b/x"]),
        ((field("a"), field("a/var_b/x", ragged=True)), ["a", "a_/var_b/x"]),
        ((field("epics/var_b"),), ["epics/var_b"]),
        ((field("intg"), field("x", aligned="intg")), ["intg", "intg_/x"]),
        ((field("intg/event_time"), field("x", aligned="intg")), ["intg/event_time", "intg_/x"]),
        ((field("x", aligned="intg"), field("intg/event_time")), ["intg/x", "intg/event_time_2"]),
        ((field("..", aligned="intg"),), ["intg/unnamed"]),
        ((field("var_b/..", ragged=True),), ["var_b/unnamed"]),
        ((field("x", aligned="Sums"),), ["Sums_/x"]),
    ],
)
def test_names_that_would_clash_find_a_place_that_keeps_their_kind(fields: tuple[Field, ...], paths: list[str]) -> None:
    catalog = Catalog()
    assert [catalog.path(each) for each in fields] == paths
    assert [catalog.path(each) for each in fields] == paths
    assert [Catalog(zip(paths, fields, strict=True)).path(each) for each in fields] == paths
