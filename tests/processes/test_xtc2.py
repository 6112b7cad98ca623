"""``xtcmon run`` and ``verify`` on XTC2: the same service, the same file, whatever the bytes are."""

from pathlib import Path

import h5py
import pytest

from monitor.xtc2.header import Transition
from tests.processes.conftest import file_in
from tests.support.command import PATIENCE_S, Command
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
