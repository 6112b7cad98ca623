"""A real service that asks for keys: who may read, who may change, whose columns end in the file, and nobody without a key."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from monitor.aggregator.process import run_aggregator
from monitor.aggregator.stores import stores_for
from monitor.client import Monitor, NoAnswer, Refused
from monitor.net import keys
from monitor.net.endpoints import read_endpoints
from monitor.net.key_folder import KeyFolder, make_pair, public_key
from monitor.net.keys import use_keys
from monitor.reader.service import run_reader
from monitor.settings import parse
from monitor.store.run_file import open_run
from tests.processes.test_service import PATIENCE_S, Threads, endpoints_of
from workers.process import run_worker

pytestmark = [pytest.mark.processes, pytest.mark.timeout(2 * PATIENCE_S)]

CHANGE = [{"path": "scan.time_scale", "value": 2.0}]


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Path]:
    """Keys for the service and its friends; a stranger has a pair that nobody allowed."""
    folder = tmp_path / "keys"
    for name in ("service", "alice", "reader_only", "stranger"):
        make_pair(folder, name)
    listed = KeyFolder(folder)
    listed.allow(public_key(str(folder / "alice.key")), "alice", frozenset({"read", "control", "publish"}))
    listed.allow(public_key(str(folder / "reader_only.key")), "guest", frozenset({"read"}))
    use_keys(str(folder), required=True, insecure=False)
    yield folder
    keys.IDENTITY = keys.Identity()


@pytest.fixture
def threads() -> Iterator[Threads]:
    running = Threads()
    yield running
    running.stop.set()


def connected(address: str, folder: Path, name: str) -> Monitor:
    return Monitor(address, key=folder / f"{name}.key_secret", server_key=folder / "service.key")


def test_with_keys_everybody_can_do_what_the_list_says_and_columns_end_in_the_file(
    threads: Threads, golden_dir: Path, guarded: Path, tmp_path: Path
) -> None:
    files = sorted((golden_dir / "xtc").glob("e81-r0098-s*-c00.xtc"))
    if not files:
        pytest.skip("no golden run e81-r0098")
    source = {"files": [str(path) for path in files], "max_events": 7, "rate": 60.0, "mode": "lossless"}
    settings = parse(
        {"source": source, "store": {"directory": str(tmp_path / "out")}, "stream": {"address": "tcp://127.0.0.1:0"}}
    )
    folder = tmp_path / "run"
    stores = stores_for(settings, folder)
    threads.start("aggregator", lambda: run_aggregator(settings, folder, stores, stop=threads.stop))
    threads.start("reader", lambda: run_reader(settings, folder))
    endpoints = endpoints_of(folder)
    stream = read_endpoints(folder).stream

    for nobody in (connected(stream, guarded, "stranger"), Monitor(stream)):
        with nobody, pytest.raises(NoAnswer):
            nobody.status(timeout_s=1.0)

    with connected(stream, guarded, "reader_only") as guest:
        assert guest.status()["endpoints"]["requests"].startswith("tcp://127.0.0.1:")
        with pytest.raises(Refused, match="--may control"):
            guest.control(CHANGE, "alice")
        with pytest.raises(Refused, match="--may publish"):
            guest.columns("alice", [0], {"x": [0.0]}, timeout_s=5.0)

    sent: list[int] = []
    with connected(stream, guarded, "alice") as alice:
        assert alice.control(CHANGE, "a colleague") == 2
        assert alice.latest("pipeline").header["author"] == "alice (a colleague)"
        assert alice.undo() == 3
        with pytest.raises(Refused, match="no change to undo"):
            alice.undo()
        steps = alice.rows("fiducials", history=True, timeout_s=PATIENCE_S)
        for n in range(2):
            threads.start(f"w{n}", partial(run_worker, endpoints, f"w{n}", stop=threads.stop))
        for rows in steps:
            alice.columns("ignored", rows.seq, {"twice": 2.0 * rows["fiducials"]}, {"twice": "1"})
            sent += rows.seq.tolist()
        counts = alice.status()["user"]["alice"]
        newest = alice.latest("pipeline").header
    threads.join()
    assert newest["settings"]["scan"]["time_scale"] == 1.0
    assert sent == list(range(len(sent)))
    assert sum(counts.values()) <= len(sent)
    with open_run(next((tmp_path / "out").glob("*.h5"))) as file:
        twice, fiducials = file["user/alice/twice"], file["fiducials"]
    there = np.isfinite(twice)
    assert 0 < there.sum() == counts["joined"]
    np.testing.assert_array_equal(twice[there], 2.0 * fiducials[there])
