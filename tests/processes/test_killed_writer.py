"""A recorder is killed while its run is followed: what it completed is delivered, what it cut is named, nobody waits for ever."""

import time
from pathlib import Path

import h5py
import pytest

from monitor.reader.block import EventBlock
from monitor.reader.sources.follow import FollowSource, WatchedRun
from monitor.settings import Settings
from tests.processes.conftest import file_in
from tests.support.command import PATIENCE_S, Command
from tests.support.small_writes import EXPERIMENT, RUN, chunk_path, growing_path, left_in, stream_data, writer

pytestmark = [pytest.mark.processes, pytest.mark.timeout(3 * PATIENCE_S)]

TIMEOUT_S = 1.5
STREAMS = (0, 1, 80)
Piece = tuple[str, int, int]


class Following:
    """A source that is read as a reader reads it, with all that it handed out."""

    def __init__(self, folder: Path, timeout_s: float = TIMEOUT_S) -> None:
        run = WatchedRun(experiment=EXPERIMENT, run=RUN, paths={}, folder=folder)
        self.source = FollowSource([run], Settings.model_validate({"source": {"follow_timeout": timeout_s}}))
        self.pieces: list[Piece] = []
        self.fiducials: list[int] = []

    def until(self, events: int | None = None) -> None:
        """Read until so many events came; to the end if ``None``."""
        end = time.monotonic() + PATIENCE_S
        while not self.source.finished and (events is None or len(self.fiducials) < events):
            blocks = self.source.read(64)
            for block in blocks:
                if isinstance(block, EventBlock):
                    self._note(block)
            if not blocks:
                time.sleep(0.005)
            assert time.monotonic() < end, "the source does not end"

    def _note(self, block: EventBlock) -> None:
        self.fiducials += block.events["fiducials"].tolist()
        for piece in block.pieces:
            name = Path(block.places[int(piece["place"])].path).name  # type: ignore[union-attr]  # followed files lie in files
            self.pieces.append((name, int(piece["offset"]), int(piece["length"])))


def files(folder: Path) -> dict[str, Path]:
    """What is there, by final name."""
    return {path.name.removesuffix(".inprogress"): path for path in folder.iterdir()}


def whole_pieces(folder: Path) -> list[Piece]:
    """Every event that was written completely."""
    return sorted((name, at, length) for name, path in files(folder).items() for at, length, _ in left_in(path).events)


def torn(folder: Path) -> set[str]:
    """The words for each file that ends inside a datagram."""
    found = {name: left_in(path).cut_at for name, path in files(folder).items()}
    return {f"{name}: file ends inside a datagram at byte {at}" for name, at in found.items() if at is not None}


def unended(names: set[str]) -> set[str]:
    return {f"{name}: no EndRun, and nothing more for {TIMEOUT_S:g} s; its writer counts as dead" for name in names}


def told(following: Following) -> set[str]:
    """What was complained of, giving up apart: whether streams had to wait for each other depends on the moment."""
    return set(following.source.counts) - {"gave up waiting"}


@pytest.mark.parametrize("events", [5, 60, 150])
def test_all_that_a_killed_writer_completed_comes_once_and_what_it_cut_is_named(tmp_path: Path, events: int) -> None:
    following = Following(tmp_path)
    with writer(tmp_path) as process:
        following.until(events)
        process.kill()
        process.wait()
        killed = time.monotonic()
    following.until()
    assert time.monotonic() - killed < TIMEOUT_S + 3.0
    assert len(torn(tmp_path)) == len(STREAMS)
    assert sorted(following.pieces) == whole_pieces(tmp_path)
    assert len(following.fiducials) == len(set(following.fiducials)) < 240
    assert told(following) == torn(tmp_path) | unended(set(files(tmp_path)))
    assert all(number == 1 for number in following.source.counts.values())


def test_a_writer_that_dies_after_closing_a_chunk_leaves_nothing_cut(tmp_path: Path) -> None:
    following = Following(tmp_path)
    with writer(tmp_path, "--stop", 30) as process:
        while not all(chunk_path(tmp_path, n, 0).exists() for n in STREAMS):
            following.until(len(following.fiducials) + 1)
            time.sleep(0.01)
        process.kill()
    following.until()
    assert sorted(following.pieces) == whole_pieces(tmp_path)
    assert told(following) == unended(set(files(tmp_path)))


def test_another_writer_goes_on_with_the_next_chunk(tmp_path: Path) -> None:
    following = Following(tmp_path, timeout_s=20.0)
    with writer(tmp_path) as process:
        following.until(100)
        process.kill()
        process.wait()
    data, lost, first = stream_data(240), 0, []
    for number in STREAMS:
        left = growing_path(tmp_path, number, 0).read_bytes()
        whole = [sum(map(len, data[number][:count])) <= len(left) for count in range(len(data[number]) + 1)].count(True) - 1
        lost += data[number][whole][11] & 15 == 12
        first.append(whole + 1)
    with writer(tmp_path, "--chunk", 1, "--first", *first) as process:
        following.until()
        assert process.wait(PATIENCE_S) == 0
    assert sorted(following.pieces) == whole_pieces(tmp_path)
    assert len(following.pieces) == 240 + 120 - lost
    assert told(following) == torn(tmp_path)


def test_the_service_ends_a_run_whose_writer_died_with_all_that_was_completed(xtcmon: Command, tmp_path: Path) -> None:
    folder = tmp_path / "xtc"
    folder.mkdir()
    toml = tmp_path / "setup.toml"
    toml.write_text(f"[source]\nfollow_timeout = {TIMEOUT_S}\n[pool]\nworkers = 1\nepoch_time = 0.2\n")
    with writer(folder, "--events", 4000) as process:
        while not all(growing_path(folder, n, 0).exists() for n in STREAMS):
            time.sleep(0.01)
        growing = [growing_path(folder, n, 0) for n in STREAMS]
        quiet = ("--no-dashboard", "--stream", "tcp://127.0.0.1:0")
        with xtcmon.started("run", toml, *growing, *quiet, "-o", tmp_path / "out") as service:
            while not list((tmp_path / "out").glob("*.h5")):
                assert service.poll() is None
                time.sleep(0.02)
            process.kill()
            assert service.wait(PATIENCE_S) == 3
            assert service.stdout is not None
            words = service.stdout.read()
    assert all(text in " ".join(words.split()) for text in torn(folder))
    fiducials = {fiducial for path in folder.iterdir() for _, _, fiducial in left_in(path).events}
    with h5py.File(file_in(tmp_path / "out")) as file:
        assert len(file["fiducials"]) == len(fiducials) < 4000
        assert set(file["fiducials"][:].tolist()) == fiducials
        assert not file.attrs["complete"]
