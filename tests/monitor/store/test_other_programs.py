"""PyTables and pandas read what we write: parts and the run's file, during the run and after it."""

from pathlib import Path

import numpy as np
import pytest

from monitor.store.names import RunNames
from monitor.store.smalldata import SmallDataFile
from tests.monitor.store.made import expected, expected_part, one_per_event, sums, table

tables = pytest.importorskip("tables")
pandas = pytest.importorskip("pandas")

COUNT = 12


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A run of three parts and an index, begun and not finished."""
    file = SmallDataFile(tmp_path, "e81", 98, sync=False, roll_s=0.0, compacted=False)
    for first in range(0, COUNT, 4):
        file.commit([table(first, first + 4)], sums(first, first + 4), stop=first + 4)
    file.close()
    return tmp_path


def columns_by_pytables(path: Path) -> dict[str, np.ndarray]:
    """Every array of a file, as PyTables gives it."""
    with tables.open_file(str(path)) as file:
        return {leaf._v_pathname[1:]: leaf.read() for leaf in file.walk_nodes("/", "Array")}


def assert_run(found: dict[str, np.ndarray], first: int, stop: int) -> None:
    for name, values in expected_part(first, stop).items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)


def test_pytables_reads_closed_parts_and_the_index_while_the_run_goes_on(tmp_path: Path) -> None:
    file = SmallDataFile(tmp_path, "e81", 98, sync=False, roll_s=0.0)
    for first in range(0, COUNT, 4):
        file.commit([table(first, first + 4)], sums(first, first + 4), stop=first + 4)
    closed = RunNames(tmp_path, "e81", 98).parts()[:-1]
    for number, part in enumerate(closed):
        assert_run(columns_by_pytables(part), 4 * number, 4 * number + 4)
    found = columns_by_pytables(file.path)
    assert len(found["event_time"]) == 4 * len(closed) > 0
    assert_run(found, 0, 4 * len(closed))
    file.close()


def test_pytables_reads_each_part(directory: Path) -> None:
    parts = RunNames(directory, "e81", 98).parts()
    assert len(parts) == 3
    for number, part in enumerate(parts):
        assert_run(columns_by_pytables(part), 4 * number, 4 * number + 4)


def test_pytables_reads_the_finished_run(directory: Path) -> None:
    file = SmallDataFile(directory, "e81", 98, existing="resume", sync=False)
    file.finish()
    found = columns_by_pytables(file.path)
    assert_run(found, 0, COUNT)
    assert found["Sums/cspad_calib"].tolist() == [sum(range(COUNT)), COUNT]


def test_pandas_makes_a_frame_of_the_scalars(directory: Path) -> None:
    file = SmallDataFile(directory, "e81", 98, existing="resume", sync=False)
    file.finish()
    scalars = {name: values for name, values in expected(COUNT).items() if values.ndim == 1 and one_per_event(name)}
    found = columns_by_pytables(file.path)
    frame = pandas.DataFrame({name: found[name] for name in scalars}).set_index("event_time")
    assert len(frame) == COUNT
    for name in set(scalars) - {"event_time"}:
        np.testing.assert_array_equal(frame[name].to_numpy(), scalars[name], err_msg=name)
