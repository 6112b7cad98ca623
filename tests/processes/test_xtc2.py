"""``xtcmon run`` and ``verify`` on XTC2: the same service, the same file, whatever the bytes are."""

import gzip
import json
from pathlib import Path
from typing import Any

import h5py
import pytest

from monitor.xtc2.header import Transition
from tests.processes.conftest import file_in
from tests.support.command import PATIENCE_S, Command
from tests.support.golden_xtc2 import dumps, original
from tests.support.xtc2_bytes import at, stream

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


def test_every_real_file_becomes_a_small_data_file(xtcmon: Command, golden_dir: Path, tmp_path: Path) -> None:
    root = golden_dir / "xtc2"
    dumps_of_firsts = [dump for dump in dumps(root) if is_whole_run(dump)]
    if not dumps_of_firsts:
        pytest.skip(f"no XTC2 files in {root}; they are not part of the repository")
    for number, dump in enumerate(dumps_of_firsts):
        check_run(xtcmon, dump, tmp_path / f"out{number}")


def lines(dump: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in gzip.decompress(dump.read_bytes()).splitlines()]


def is_whole_run(dump: Path) -> bool:
    """Whether a dump is of a big file that begins with a Configure and goes on in no other one."""
    found = lines(dump)
    goes_on = any(one["det"] == "chunkinfo" for line in found for one in line.get("data", ()))
    return ".smd." not in dump.name and "config_from" not in found[0]["meta"] and not goes_on


def check_run(xtcmon: Command, dump: Path, output: Path) -> None:
    """Rows, steps and scanned values of the files that a run command writes are those of the dump."""
    expected: dict[int, tuple[int, dict[str, float]]] = {}
    step, scan = -1, dict[str, float]()
    for line in lines(dump):
        service = line.get("service")
        if service in (Transition.CONFIGURE, Transition.BEGIN_RUN, Transition.BEGIN_STEP):
            step = step + 1 if service == Transition.BEGIN_STEP else -1
            for one in (one for one in line["data"] if one["det"] == "scan"):
                scan |= {f["name"]: f["value"] for f in one["fields"] if f["type"] != "CHARSTR" and "value" in f}
        elif service == Transition.L1ACCEPT:
            expected[line["timestamp"]] = (step, dict(scan))
    done = xtcmon.run("run", original(dump), *QUIET, "--output", output)
    trailing = lines(dump)[-1]["trailing"]
    assert (done.returncode == 0) == (not trailing), (dump.name, done.stderr)
    found: dict[int, tuple[int, dict[str, float]]] = {}
    for path in output.rglob("*.h5"):
        with h5py.File(path) as file:
            for row, clock in enumerate(file["timestamp"][:].tolist() if "timestamp" in file else []):
                steps = file["scan/varStep"][row] if "scan/varStep" in file else -1
                names = expected[clock][1]
                found[clock] = (int(steps) if steps >= 0 else -1, {name: file[f"scan/{name}"][row] for name in names})
    assert found == expected, dump.name
