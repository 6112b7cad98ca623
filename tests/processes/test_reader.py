"""A reader on real sockets with small workers and a small aggregator around it; recorded files go in."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import ConfigError, Unusable
from monitor.net.address import check_address
from monitor.net.socket import ZmqDealer, ZmqRouter
from monitor.reader.process import Outcome
from monitor.reader.replay import replay
from monitor.reader.service import run_reader
from monitor.settings import Settings, parse
from monitor.wire.aggregator_note import Epoch
from monitor.wire.client_note import Accepted, Control, RequestRefused
from monitor.wire.note import note_of, to_message
from tests.support.little_service import LittleAggregator, LittleWorker, reader_address

pytestmark = [pytest.mark.processes, pytest.mark.timeout(90)]


@pytest.fixture
def run_files(golden_dir: Path) -> list[Path]:
    return [golden_dir / "xtc" / f"e81-r0098-s0{stream}-c00.xtc" for stream in (0, 1)]


def expected_fiducials(golden_dir: Path) -> list[int]:
    """Fiducials of all events in order, from the golden list of events."""
    lines = (golden_dir / "xtc" / "e81-r0098.events.jsonl").read_text().splitlines()
    return [entry["fiducials"] for line in lines if (entry := json.loads(line))["service"] == "L1Accept"]


def settings_for(files: list[Path], **source: Any) -> Settings:
    return parse({"source": {"files": [str(path) for path in files], "max_events": 7, **source}, "pool": {"ring_size": "8 MiB"}})


class Running:
    """A reader in a thread, with its surroundings."""

    def __init__(
        self, folder: Path, settings: Settings, *, workers: list[LittleWorker] | None = None, committed: int = 0
    ) -> None:
        self.outcome: Outcome | None = None
        self.aggregator = LittleAggregator(folder, committed=committed, complete=self._complete)
        self.workers = workers or [LittleWorker(folder, f"w{i}") for i in range(2)]
        self._thread = threading.Thread(target=lambda: setattr(self, "outcome", run_reader(settings, folder)), daemon=True)
        for thread in (self._thread, self.aggregator, *self.workers):
            thread.start()

    def _complete(self, epoch: Epoch) -> bool:
        """Whether every event of it reached a worker or is lost; before that no aggregator has its rows."""
        lost = {seq for note in self.aggregator.lost for seq in range(note.first, note.stop)}
        # Copies, for the workers go on adding.
        seen = set().union(*(worker.seen.copy() for worker in self.workers))
        return lost | seen >= set(range(epoch.first, epoch.stop))

    def join(self) -> None:
        for thread in (self._thread, self.aggregator, *self.workers):
            thread.join(timeout=40)
            assert not thread.is_alive()

    @property
    def seen(self) -> dict[int, list[bytes]]:
        return {seq: data for worker in self.workers for seq, data in worker.seen.items()}

    @property
    def fiducials(self) -> list[int]:
        found = {seq: fiducial for worker in self.workers for seq, fiducial in worker.fiducials.items()}
        return [found[seq] for seq in sorted(found)]


@pytest.mark.parametrize(("way", "place"), [("reference", "FilePlace"), ("ring", "RingPlace"), ("inline", "InlinePlace")])
def test_all_events_of_a_run_reach_the_workers(
    tmp_path: Path, golden_dir: Path, run_files: list[Path], way: str, place: str
) -> None:
    running = Running(tmp_path, settings_for(run_files, bytes=way))
    running.join()
    recorded = b"".join(path.read_bytes() for path in run_files)
    assert running.outcome == Outcome(0)
    assert sorted(running.seen) == list(range(120))
    assert running.fiducials == expected_fiducials(golden_dir)
    assert all(data in recorded for pieces in running.seen.values() for data in pieces)
    assert {kind for worker in running.workers for kind in worker.places} == {place}
    assert [step.step for step in running.aggregator.steps] == [0, 1, 2, 3, 4]
    assert [step.first for step in running.aggregator.steps] == [0, 24, 48, 72, 96]
    assert [end.complete for end in running.aggregator.ends] == [True]
    assert running.aggregator.lost == []


def test_a_worker_that_dies_leaves_its_batches_to_others(tmp_path: Path, run_files: list[Path]) -> None:
    dying = LittleWorker(tmp_path, "w0", most=2)
    running = Running(tmp_path, settings_for(run_files), workers=[dying, LittleWorker(tmp_path, "w1")])
    running.join()
    assert sorted(running.seen) == list(range(120))
    assert running.outcome == Outcome(0)


def test_a_restarted_reader_goes_on_from_what_is_durable(tmp_path: Path, run_files: list[Path]) -> None:
    running = Running(tmp_path, settings_for(run_files), committed=50)
    running.join()
    assert sorted(running.seen) == list(range(50, 120))
    assert running.aggregator.epochs[0].first == 50


def test_a_replay_feeds_a_listening_reader(tmp_path: Path, golden_dir: Path, run_files: list[Path]) -> None:
    address = f"ipc://{tmp_path}/listen"
    settings = parse({"source": {"listen": address}, "pool": {"ring_size": "8 MiB"}})
    running = Running(tmp_path, settings)
    played = replay(run_files, address, rate=200.0)
    running.join()
    assert (played.events, played.dropped) == (120, 0)
    assert played.rate < 210.0
    assert running.fiducials == expected_fiducials(golden_dir)
    assert {kind for worker in running.workers for kind in worker.places} == {"RingPlace"}
    assert [end.complete for end in running.aggregator.ends] == [True]


def test_settings_change_while_events_flow(tmp_path: Path, run_files: list[Path]) -> None:
    settings = settings_for(run_files, rate=100.0).model_copy(
        update={"detector": parse({"detector": [{"name": "ipm"}]}).detector}
    )
    running = Running(tmp_path, settings)
    client = ZmqDealer(reader_address(tmp_path))
    good = Control(request=1, changes=({"path": "detector.ipm.common_mode", "value": 1},), author="me")
    bad = Control(request=2, changes=({"path": "source.rate", "value": 0},), author="me")
    client.send(to_message(good))
    client.send(to_message(bad))
    answers = [client.receive(timeout_s=5.0) for _ in range(2)]
    client.close()
    running.join()
    assert answers[0] is not None
    assert note_of(Accepted, answers[0]).version == 2
    assert answers[1] is not None
    assert "source.rate" in note_of(RequestRefused, answers[1]).why
    assert {version for worker in running.workers for version in worker.versions.values()} <= {1, 2}
    assert json.loads((tmp_path / "pipeline.json").read_text())["version"] == 2


def test_two_readers_do_not_share_a_folder(tmp_path: Path, run_files: list[Path]) -> None:
    running = Running(tmp_path, settings_for(run_files, rate=100.0))
    reader_address(tmp_path)
    with pytest.raises(Unusable, match="another reader"):
        run_reader(settings_for(run_files), tmp_path)
    running.join()


def test_a_port_in_use_is_said_in_one_sentence() -> None:
    first = ZmqRouter("tcp://127.0.0.1:0")
    try:
        with pytest.raises(Unusable, match="in use"):
            ZmqRouter(first.address)
    finally:
        first.close()


@pytest.mark.parametrize("address", ["tcp://*:5580", "tcp://0.0.0.0:5580", "tcp://example.org:1"])
def test_other_machines_are_not_let_in_unasked(address: str) -> None:
    with pytest.raises(ConfigError):
        check_address(address, bind=True)
