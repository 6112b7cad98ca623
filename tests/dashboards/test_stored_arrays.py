"""Array fields of a recorded run are those that plain h5py reads in its file."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray

from dashboards import stored_arrays as module
from dashboards.recorded_run import snapshot_of
from dashboards.snapshot import Curves, Lists
from dashboards.stored_arrays import curves_of, lists_of
from dashboards.table import Table
from monitor.store.run_file import open_run
from monitor.store.smalldata import SmallDataFile
from tests.monitor.store.made import sums, table
from tests.support.some_rows import column, some_rows

EVENTS = 40
WAVE = np.arange(EVENTS * 3, dtype="u2").reshape(EVENTS, 3)
WAVE[4] = 0
WAVE[5] = 0
PRESENT = np.arange(EVENTS) != 5


@pytest.fixture(params=[True, False], ids=["one file", "parts"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A run with curves, lists and a group of its own rate, finished or as it is while it is being taken."""
    file = SmallDataFile(tmp_path, "e81", 98, sync=False)
    for first in range(0, EVENTS, 8):
        file.commit([table(first, first + 8)], sums(first, first + 8), stop=first + 8)
    if request.param:
        file.finish()
    file.close()
    return tmp_path / "e81_Run0098.h5"


@pytest.fixture
def digitizer(tmp_path: Path) -> Path:
    """Waveforms without a sign: one is zero everywhere, one is absent."""
    columns = {
        "acq/wave": column("acq/wave", WAVE, dtype="<u2", present=PRESENT),
        "damage/acq": column("damage/acq", PRESENT.astype(int), dtype="<i8"),
    }
    file = SmallDataFile(tmp_path, "e81", 99, sync=False)
    file.commit([some_rows(0, EVENTS, columns)], {}, stop=EVENTS)
    file.finish()
    return tmp_path / "e81_Run0099.h5"


def rows_of(path: Path) -> Table:
    with open_run(path) as run:
        return snapshot_of(run).rows


def curves(path: Path, name: str, budget: int = 1 << 20) -> Curves:
    with open_run(path) as run:
        return curves_of(run, name, rows_of(path), lambda share: None, budget)


def lists(path: Path, name: str, budget: int = 1 << 20) -> Lists:
    with open_run(path) as run:
        return lists_of(run, name, rows_of(path), lambda share: None, budget)


def stored(path: Path, name: str) -> NDArray[np.generic]:
    """All values, by h5py alone, of the one file or of its parts."""
    files = [path] if path.exists() else sorted(path.parent.glob("*_part*.h5"))
    found = []
    for each in files:
        with h5py.File(each, "r") as file:
            if name in file:
                found.append(file[name][()])
    return np.concatenate(found)


def test_a_curve_has_the_values_of_the_events_that_have_it(path: Path) -> None:
    found = curves(path, "cspad/ROI_area")

    assert found.seq.tolist() == list(range(0, EVENTS, 2))
    np.testing.assert_array_equal(found.values, stored(path, "cspad/ROI_area")[::2])
    assert (found.info.unit, found.every) == ("keV", 1)


def test_a_field_that_is_larger_than_its_budget_is_thinned_out_of_step_with_what_repeats(path: Path) -> None:
    found = curves(path, "cspad/ROI_area", budget=6 * 4 * 8)

    # Of 20 events those whose multiple of 0.618 has a fraction below a quarter; at most 8 fit.
    assert (found.seq // 2).tolist() == [0, 2, 5, 10, 13, 18]
    assert found.every == 4
    np.testing.assert_array_equal(found.values, stored(path, "cspad/ROI_area")[found.seq])


def test_a_field_read_in_small_pieces_is_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, some = curves(path, "cspad/ROI_area"), lists(path, "epix/var_droplet/x")
    monkeypatch.setattr(module, "PIECE_BYTES", 24)

    np.testing.assert_array_equal(curves(path, "cspad/ROI_area").values, whole.values)
    np.testing.assert_array_equal(lists(path, "epix/var_droplet/x").values, some.values)


def test_a_waveform_of_zeros_counts_where_its_source_was_there(digitizer: Path) -> None:
    found = curves(digitizer, "acq/wave")

    assert found.seq.tolist() == [n for n in range(EVENTS) if n != 5]
    np.testing.assert_array_equal(found.values, WAVE[PRESENT])


def test_a_list_has_the_elements_of_each_event(path: Path) -> None:
    found = lists(path, "epix/var_droplet/x")

    lengths, elements = stored(path, "epix/var_droplet_len"), stored(path, "epix/var_droplet/x")
    ends = np.cumsum(lengths)
    for event in range(EVENTS):
        np.testing.assert_array_equal(found.of(event), elements[ends[event] - lengths[event] : ends[event]])
    assert len(found) == EVENTS


def test_a_list_that_is_thinned_keeps_whole_events(path: Path) -> None:
    found = lists(path, "epix/var_droplet/x", budget=8 * 20)

    lengths, elements = stored(path, "epix/var_droplet_len"), stored(path, "epix/var_droplet/x")
    ends = np.cumsum(lengths)
    assert found.every > 1
    for event in found.seq.tolist():
        np.testing.assert_array_equal(found.of(event), elements[ends[event] - lengths[event] : ends[event]])


def test_a_group_of_its_own_rate_stands_at_its_events(path: Path) -> None:
    slow, hits = rows_of(path).column("intg/slow/sum"), lists(path, "intg/slow/var_hit/t")

    assert np.flatnonzero(np.isfinite(slow)).tolist() == list(range(2, EVENTS, 3))
    np.testing.assert_array_equal(slow[2::3], stored(path, "intg/slow/sum"))
    assert hits.seq.tolist() == list(range(2, EVENTS, 3))
    np.testing.assert_array_equal(hits.values, stored(path, "intg/slow/var_hit/t"))
