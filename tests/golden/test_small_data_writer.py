"""The small-data file against those that the original writers made from the same events (``smalldata/writers.npz``)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.model.column import Column
from monitor.model.field import MISSING_INTEGER, Field, group_in
from monitor.model.rows import Rows
from monitor.model.sums import SumState
from monitor.store.smalldata import SmallDataFile

Values = dict[str, NDArray[Any]]

OURS = ("xtcmon/", "UserDataCfg/pipeline/")
SLOW = "intg/slow/sum"


def leaves(tree: Mapping[str, Any], above: str = "") -> Values:
    """Path to value of one event."""
    found: Values = {}
    for name, node in tree.items():
        if "dtype" in node and "v" in node:
            found[above + name] = np.array(node["v"], node["dtype"])
        else:
            found.update(leaves(node, f"{above}{name}/"))
    return found


def events_of(case: str, golden: Any) -> list[Values]:
    """Values of each event as the case describes them."""
    events = [leaves(event) for event in json.loads(str(golden["meta"]))["cases"][case]["params"]["events"]]
    for n, event in enumerate(events):
        event["extra"] = np.array(10 * n)
        if case == "lcls1":
            event["event_time"] = np.array((1000 + n // 3) << 32 | (n % 3) * 333333333)
            event["fiducials"] = np.array(360 + 3 * n)
        else:
            event["timestamp"] = np.array((1000 + n) << 32 | 7 * n)
            if n % 4 == 3:
                event[SLOW] = np.array(float(n))
    return events


def column_of(path: str, events: list[Values]) -> Column:
    """One field of these events, present where the event has the value."""
    some = next(event[path] for event in events if path in event)
    present = np.array([path in event for event in events])
    if group_in(path):
        field = Field(name=path, dtype=some.dtype, shape=some.shape[1:], ragged=True)
        elements = [event.get(path, some[:0]) for event in events]
        return Column(field, np.concatenate(elements), present, np.array([len(each) for each in elements], np.int64))
    aligned = "intg" if path == SLOW else ""
    field = Field(name=path.removeprefix("intg/"), dtype=some.dtype, shape=some.shape, aligned=aligned)
    return Column(field, np.stack([event.get(path, np.zeros_like(some)) for event in events]), present)


def rows_of(events: list[Values], first: int) -> Rows:
    paths = dict.fromkeys(path for event in events for path in event)
    return Rows(first, len(events), {path: column_of(path, events) for path in paths})


def written(directory: Path, events: list[Values], wanted: Values, *, interval: int, compacted: bool) -> Values:
    """Every dataset of the file that we make of these events, ours alone left out."""
    file = SmallDataFile(directory, "e81", 98, sync=False, compacted=compacted, roll_s=0.0)
    once = {path.removeprefix("UserDataCfg/"): array for path, array in wanted.items() if path.startswith("UserDataCfg/")}
    file.config(1, {path: array[0] if array.shape == (1,) else array for path, array in once.items()})
    sums = {"det_calib": SumState("mean_image", 1, {"total": wanted["Sums/det_calib"]})}
    for first in range(0, len(events), interval):
        rows = rows_of(events[first : first + interval], first)
        file.commit([rows], sums if first == 0 else {}, stop=rows.stop)
    file.finish()
    found: Values = {}
    with h5py.File(file.path) as whole:
        whole.visititems(lambda path, node: found.update({path: node[()]}) if isinstance(node, h5py.Dataset) else None)
    return {path: array for path, array in found.items() if not path.startswith(OURS) and path != "Sums/det_calib_nEvents"}


def golden_case(case: str, golden: Any) -> Values:
    return {key.removeprefix(f"case/{case}/"): golden[key] for key in golden.files if key.startswith(f"case/{case}/")}


@pytest.mark.parametrize("compacted", [True, False], ids=["one file", "parts"])
@pytest.mark.parametrize("interval", [1, 5, 100])
def test_the_file_equals_that_of_the_lcls1_writer(golden_dir: Path, tmp_path: Path, interval: int, compacted: bool) -> None:
    golden = np.load(golden_dir / "smalldata" / "writers.npz")
    wanted = golden_case("lcls1", golden)
    found = written(tmp_path, events_of("lcls1", golden), wanted, interval=interval, compacted=compacted)
    assert found.keys() == wanted.keys()
    for path, values in wanted.items():
        np.testing.assert_array_equal(found[path], values, strict=True, err_msg=path)


def missing_before_the_first(values: NDArray[Any], path: str, events: list[Values]) -> NDArray[Any]:
    """The original back-fills what appears late with zeros; ours has the missing value there as everywhere."""
    first = next((n for n, event in enumerate(events) if path in event), 0)
    missing = {"f": np.nan, "i": MISSING_INTEGER}.get(values.dtype.kind, 0)
    return np.concatenate([np.full_like(values[:first], missing), values[first:]])


@pytest.mark.parametrize("compacted", [True, False], ids=["one file", "parts"])
@pytest.mark.parametrize("interval", [1, 5, 100])
def test_the_file_has_the_layout_of_the_lcls2_writer(golden_dir: Path, tmp_path: Path, interval: int, compacted: bool) -> None:
    golden = np.load(golden_dir / "smalldata" / "writers.npz")
    wanted = {path: np.atleast_1d(values) for path, values in golden_case("lcls2", golden).items()}
    events = events_of("lcls2", golden)
    found = written(tmp_path, events, wanted, interval=interval, compacted=compacted)
    assert found.keys() == wanted.keys()
    for path, values in wanted.items():
        late = any(path in event for event in events) and path != SLOW and not group_in(path)
        expected = missing_before_the_first(values, path, events) if late else values
        np.testing.assert_array_equal(found[path], expected, strict=True, err_msg=path)
