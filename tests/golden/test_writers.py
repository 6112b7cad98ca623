"""The small-data file against one that the original writer made from the same events (``smalldata/writers.npz``)."""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.rows import Rows
from monitor.store.smalldata import SmallDataFile

Values = dict[str, np.ndarray]


def leaves(tree: dict[str, Any], above: str = "") -> Values:
    """Path to value of one event; ragged groups (``var_``) are not written yet and left out."""
    found: Values = {}
    for name, node in tree.items():
        if name.startswith("var_"):
            continue
        if "dtype" in node and "v" in node:
            found[above + name] = np.array(node["v"], node["dtype"])
        else:
            found.update(leaves(node, f"{above}{name}/"))
    return found


def rows_of(events: list[Values], first: int) -> Rows:
    """Events as a table in which each column is present where the event has the value."""
    shapes = {name: (value.dtype, value.shape) for event in events for name, value in event.items()}
    columns = {}
    for name, (dtype, shape) in shapes.items():
        present = np.array([name in event for event in events])
        values = np.stack([event.get(name, np.zeros(shape, dtype)) for event in events])
        columns[name] = Column(Field(name=name, dtype=dtype, shape=shape), values, present)
    return Rows(first, len(events), columns)


@pytest.mark.parametrize("interval", [1, 5, 100])
def test_the_file_equals_that_of_the_original_writer(golden_dir: Path, tmp_path: Path, interval: int) -> None:
    golden = np.load(golden_dir / "smalldata" / "writers.npz")
    prefix = "case/lcls1/"
    wanted = {key.removeprefix(prefix): golden[key] for key in golden.files if key.startswith(prefix)}
    wanted = {key: value for key, value in wanted.items() if "var_" not in key and not key.startswith(("Sums/", "UserDataCfg/"))}
    events = [leaves(event) for event in json.loads(str(golden["meta"]))["cases"]["lcls1"]["params"]["events"]]
    for n, event in enumerate(events):
        event["event_time"] = np.array((1000 + n // 3) << 32 | (n % 3) * 333333333)
        event["fiducials"] = np.array(360 + 3 * n)
        event["extra"] = np.array(10 * n)
    file = SmallDataFile(tmp_path, "e81", 98, sync=False)
    for first in range(0, len(events), interval):
        rows = rows_of(events[first : first + interval], first)
        file.commit([rows], {}, stop=rows.stop)
    file.finish()
    with h5py.File(file.path) as written:
        for path, values in wanted.items():
            np.testing.assert_array_equal(written[path][:], values, strict=True, err_msg=path)
