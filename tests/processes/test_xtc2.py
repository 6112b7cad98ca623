"""``xtcmon run`` and ``verify`` on XTC2: the same service, the same file, whatever the bytes are."""

import gzip
import json
from functools import partial
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from monitor.xtc2.header import Transition
from tests.conftest import golden_root
from tests.processes.conftest import file_in
from tests.support.command import PATIENCE_S, Command
from tests.support.golden_xtc2 import dumps, original
from tests.support.xtc2_bytes import at, stream
from tests.support.xtc2_truth import Row, check_event, events_of, lines

pytestmark = [pytest.mark.processes, pytest.mark.timeout(3 * PATIENCE_S)]

QUIET = ("--no-dashboard", "--stream", "tcp://127.0.0.1:0")
EVENTS = 600


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run of two streams, of which the second has an event in three."""
    path = tmp_path / "xtc"
    path.mkdir()
    whole = stream(EVENTS)
    ends = whole[-3:]
    slow = [at(Transition(service), tick) for service, tick in ((2, 1), (4, 2), (6, 3), (8, 4), (10, 5))]
    slow += [at(Transition.L1ACCEPT, 10 + i) for i in range(0, EVENTS, 3)]
    (path / "synth0001-r0007-s000-c000.xtc2").write_bytes(b"".join(whole))
    (path / "synth0001-r0007-s001-c000.xtc2").write_bytes(b"".join([*slow, *ends]))
    return path


def test_a_run_becomes_a_file_with_every_event_and_can_be_verified(xtcmon: Command, folder: Path, tmp_path: Path) -> None:
    dataset = f"exp=synth0001:run=7:dir={folder}"
    done = xtcmon.run("run", dataset, *QUIET, "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    path = file_in(tmp_path / "out")
    assert path.name == "synth0001_Run0007.h5"
    with h5py.File(path) as file:
        assert file["timestamp"][:].tolist() == [1000 << 32 | 10 + i for i in range(EVENTS)]
        assert "event_time" not in file
        assert "fiducials" not in file
        assert file["gmd/energy"][:].tolist() == [i / 2 for i in range(EVENTS)]
        assert file["scan/motor"][:].tolist() == [0.25] * EVENTS
        assert file["epicsAll/XPP:MMS:01"][:].tolist() == [1.0] * EVENTS
        assert file["damage/atm"][:].tolist() == [1] * EVENTS
    checked = xtcmon.run("verify", path, *sorted(folder.iterdir()))
    assert checked.returncode == 0, checked.stderr
    assert f"{EVENTS} rows of {EVENTS} recorded events computed again: nothing differs" in checked.stdout


def test_a_run_that_ends_inside_an_event_says_so_and_keeps_the_others(xtcmon: Command, tmp_path: Path) -> None:
    path = tmp_path / "synth0001-r0007-s000-c000.xtc2"
    path.write_bytes(b"".join(stream(5)[:10])[:-1])
    done = xtcmon.run("run", path, *QUIET, "--output", tmp_path / "out")
    assert done.returncode != 0
    assert "file ends inside a datagram" in done.stderr
    with h5py.File(file_in(tmp_path / "out")) as file:
        assert file["timestamp"][:].tolist() == [1000 << 32 | 10 + i for i in range(4)]


Lines = list[dict[str, Any]]
RealRun = tuple[list[Path], list[Lines]]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case per run of the golden files."""
    if "real" not in metafunc.fixturenames:
        return
    root = golden_root(metafunc.config) / "xtc2"
    skip = pytest.param(None, marks=pytest.mark.skip(reason=f"no XTC2 files in {root}; they are not part of the repository"))
    found = runs_of(root)
    ids = [f"{len(files)} from {files[0].relative_to(root)}" for files, _ in found]
    metafunc.parametrize("real", found or [skip], ids=ids or ["none"])


def runs_of(root: Path) -> list[RealRun]:
    """Big files that begin with a Configure, each alone; and what all of their chunks and streams hold, by stream.

    Files that a merged list names are also taken together, once.
    """
    told = {original(dump): lines(dump) for dump in dumps(root)}
    big = {path: found for path, found in told.items() if not any(names(line, "smdinfo") for line in found)}
    further = {path for path, found in big.items() if "config_from" in found[0]["meta"]}
    runs = []
    for path, found in big.items():
        if path not in further:
            chunks = [big[path.parent / name] for name in next_names(found) if path.parent / name in big]
            if len(chunks) == len(next_names(found)):
                runs.append(([path], [[*found, *(line for chunk in chunks for line in chunk[1:])]]))
    for merged in root.rglob("merged.jsonl.gz"):
        head = json.loads(gzip.decompress(merged.read_bytes()).splitlines()[0])
        streams = [merged.parent / name.replace(".smd", "") for name in head["streams"]]
        if len(streams) > 1 and all(path in big for path in streams):
            runs.append((streams, [big[path] for path in streams]))
    return runs


def names(line: dict[str, Any], detector: str) -> bool:
    return any(block["det"] == detector for block in line.get("nameblocks", ()))


def next_names(told: Lines) -> list[str]:
    """Names of the further chunks that a file tells of."""
    chunks = [one for line in told for one in line.get("data", ()) if one["det"] == "chunkinfo"]
    return [field["value"] for one in chunks for field in one["fields"] if field["name"] == "filename"]


def steps_of(streams: list[Lines]) -> dict[int, tuple[int, dict[str, float]]]:
    """Step and scanned values of each event, all streams together."""
    expected: dict[int, tuple[int, dict[str, float]]] = {}
    for told in streams:
        step, scan = -1, dict[str, float]()
        for line in told:
            service = line.get("service")
            if service in (Transition.CONFIGURE, Transition.BEGIN_RUN, Transition.BEGIN_STEP):
                step = step + 1 if service == Transition.BEGIN_STEP else -1
                for one in (one for one in line["data"] if one["det"] == "scan"):
                    scan |= {f["name"]: f["value"] for f in one["fields"] if f["type"] != "CHARSTR" and "value" in f}
            elif service == Transition.L1ACCEPT:
                known = expected.get(line["timestamp"], (step, {}))
                expected[line["timestamp"]] = (step, known[1] | scan)
    return expected


def test_a_real_run_becomes_rows_with_its_steps_and_values(xtcmon: Command, real: RealRun, tmp_path: Path) -> None:
    files, streams = real
    done = xtcmon.run("run", *files, *QUIET, "--output", tmp_path)
    trailing = any(told[-1]["trailing"] for told in streams)
    assert (done.returncode == 0) == (not trailing), (files, done.stderr)
    rows, expected = rows_in(tmp_path), steps_of(streams)
    assert rows.keys() == expected.keys(), files
    for clock, (step, scan) in expected.items():
        row = rows[clock]
        found = row("scan/varStep")
        assert found == step if step >= 0 else found is None or found < 0, files
        assert {name: row(f"scan/{name}") for name in scan} == scan, files
    for told in streams:
        for line, kinds in events_of(told):
            check_event(line, kinds, rows[line["timestamp"]])


def rows_in(folder: Path) -> dict[int, Row]:
    """Rows of all files of a folder by their clock; a value whose column is not there is None."""
    rows: dict[int, Row] = {}
    for path in sorted(folder.rglob("*.h5")):
        found = arrays_of(path)
        rows |= {clock: partial(value_of, found, row) for row, clock in enumerate(found.get("timestamp", np.empty(0)).tolist())}
    return rows


def arrays_of(path: Path) -> dict[str, np.ndarray]:
    """Everything in a file."""
    found: dict[str, np.ndarray] = {}

    def take(name: str, item: h5py.Dataset | h5py.Group) -> None:
        if isinstance(item, h5py.Dataset):
            found[name] = item[()]

    with h5py.File(path) as file:
        file.visititems(take)
    return found


def value_of(arrays: dict[str, np.ndarray], row: int, name: str) -> Any:
    """Value of a row; of a ragged field its elements, which lie behind those of the rows before."""
    values = arrays.get(name)
    if values is None:
        return None
    group, _, _ = name.rpartition("/")
    lengths = arrays.get(f"{group}_len")
    if lengths is None:
        return values[row]
    first = int(lengths[:row].sum())
    return values[first : first + int(lengths[row])]
