"""The same file for every order of turns, every number of workers, and whoever dies on the way."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from monitor.running import value
from monitor.store.memory import MemoryFile
from tests.support.golden_xtc import COMMITTED
from tests.support.in_memory_run import InMemoryRun

FILES = sorted(COMMITTED.glob("e81-r0098-s*-c00.xtc"))
FIELDS = (
    "event_time",
    "fiducials",
    "ebeam/charge",
    "ipm2/sum",
    "ipm2/channels",
    "scan/varStep",
    "epicsAll/lxt",
    "lightStatus/laser",
)


def same(one: MemoryFile, other: MemoryFile) -> None:
    assert len(one) == len(other)
    for name in FIELDS:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> MemoryFile:
    return InMemoryRun(FILES, tmp_path_factory.mktemp("plain"), seed=0, workers=1).play()


def test_the_run_has_its_120_events_in_time_order(plain: MemoryFile) -> None:
    times = plain["event_time"]
    assert len(times) == 120
    assert (np.diff(times) > 0).all()
    assert plain.end is not None
    assert plain.gaps == []


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_turns_and_any_number_of_workers_gives_the_same_file(
    plain: MemoryFile, tmp_path: Path, seed: int, workers: int
) -> None:
    same(InMemoryRun(FILES, tmp_path, seed=seed, workers=workers).play(), plain)


@pytest.mark.parametrize("seed", range(6))
def test_workers_that_die_change_nothing(plain: MemoryFile, tmp_path: Path, seed: int) -> None:
    run = InMemoryRun(FILES, tmp_path, seed=seed, workers=3, deaths=4)
    same(run.play(), plain)
    rows = [message for message in run.stream.published if message.topic == "status"]
    balance = rows[-1].header["balance"]
    assert (balance["read"], balance["written"], balance["unaccounted"]) == (120, 120, 0)


def test_sums_of_frames_do_not_depend_on_who_added_them_up(tmp_path: Path) -> None:
    files = sorted(COMMITTED.glob("xppn4116-r0137-s*-c00.xtc*"))
    if not files or files[0].suffix == ".gz":
        files = [unpacked(files[0], tmp_path)]
    means = []
    for workers, deaths in ((1, 0), (3, 2)):
        folder = tmp_path / f"{workers}"
        folder.mkdir()
        run = InMemoryRun(files, folder, seed=4, workers=workers, deaths=deaths)
        sums = run.play().sums
        assert sums
        means.append({name: (state.count, value(state)) for name, state in sums.items()})
    assert means[0].keys() == means[1].keys()
    for name, (count, mean) in means[0].items():
        assert means[1][name][0] == count
        np.testing.assert_allclose(means[1][name][1], mean, rtol=1e-12)


def unpacked(path: Path, folder: Path) -> Path:
    target = folder / path.name.removesuffix(".gz")
    target.write_bytes(gzip.decompress(path.read_bytes()))
    return target
