"""Constants that change while a run is taken: from one event on other numbers, under a version that names the content."""

import hashlib
import json
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from monitor.calib.deploy import Deployment, deploy
from monitor.calib.ndarray_text import read_text
from monitor.calib.run_range import RunRange
from monitor.reader.calibration import Calibration
from monitor.reader.process import Reader
from monitor.settings import parse
from monitor.simulate.options import Options
from monitor.simulate.run import simulate
from monitor.store.memory import MemoryFile
from monitor.wire.client_note import Control
from tests.support.in_memory_run import InMemoryRun

SOURCE, FIELD = "XppGon.0:Cspad.0", "cspad/full_mean"
EVENTS, BEFORE = 10, 4
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    simulate("scattering", folder, Options(steps=1, events=EVENTS))
    return folder


@pytest.fixture
def folder(recorded: Path, tmp_path: Path) -> Path:
    """The same run with constants of its own."""
    shutil.copytree(recorded / "calib", tmp_path / "calib")
    for file in recorded.glob("*.xtc"):
        (tmp_path / file.name).symlink_to(file)
    return tmp_path


def play(
    folder: Path, between: Callable[[Reader], Control | None] = lambda reader: None, *, rate: float = 0.0, mask: str = ""
) -> MemoryFile:
    detector = {"name": "cspad", "source": SOURCE, "common_mode": 0, "feature": [{"kind": "wholeFrame"}], "sums": []}
    detector["mask"] = {"file": mask}
    settings = parse({"detector": [detector], "calib_directory": str(folder / "calib"), "source": {"max_events": 1}})
    calibration = Calibration(interval_s=0.0)
    try:
        files = sorted(folder.glob("*.xtc"))
        options = {"seed": 1, "workers": 1, "settings": settings, "rate": rate}
        return InMemoryRun(files, folder / "run", calibration=calibration, between=between, **options).play()  # type: ignore[arg-type]
    finally:
        calibration.close()


def deploy_other(folder: Path) -> Path:
    """Pedestals that are 10 ADU higher."""
    old = read_text(folder / "calib" / "CsPad::CalibV1" / SOURCE / "pedestals" / "0-end.data")
    np.save(folder / "other.npy", old + np.float32(10))
    runs = RunRange(1, 9999)
    order = Deployment(file=folder / "other.npy", calib=folder / "calib", source=SOURCE, ctype="pedestals", runs=runs)
    return deploy(order, datetime.now(UTC))


def contents(folder: Path) -> dict[str, str]:
    """Path and SHA-256 of the files that hold, found by hand."""
    files = {path.parent: path for path in sorted(folder.glob("calib/*/*/*/*-end.data"))}
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files.values()}


def test_a_deployed_file_changes_the_numbers_from_one_event_on(folder: Path) -> None:
    old_numbers, old_contents = play(folder)[FIELD], contents(folder)
    deployed: list[Path] = []

    def between(reader: Reader) -> None:
        if deployed or reader.dispatch.intake.seq < BEFORE:
            return
        deployed.append(deploy_other(folder))
        deadline = time.monotonic() + PATIENCE_S
        while reader.dispatch.intake.version == 1:
            assert time.monotonic() < deadline, "the file was not noticed"
            reader.step()

    mixed = play(folder, between, rate=20.0)
    new_numbers = play(folder)[FIELD]
    versions = mixed["pipeline_version"]
    assert versions.tolist() == sorted(versions.tolist())
    assert set(versions.tolist()) == {1, 2}
    np.testing.assert_array_equal(mixed[FIELD], np.where(versions == 1, old_numbers, new_numbers))
    lower = old_numbers - new_numbers
    assert lower.min() > 9.99
    assert np.ptp(lower) < 0.01
    first, second = (mixed.pipelines[version] for version in (1, 2))
    assert json.loads(first.text)["constants"] == old_contents
    assert json.loads(second.text)["constants"] == contents(folder) != old_contents
    assert second.author == "calibration"


def test_a_mask_given_while_it_runs_masks_from_one_event_on_and_its_content_is_named(folder: Path) -> None:
    mask = np.zeros((32, 185, 388), np.uint8)
    mask[5, 20:120, 30:300] = 1
    np.save(folder / "mine.npy", mask)
    given: list[Control] = []

    def between(reader: Reader) -> Control | None:
        if given or reader.dispatch.intake.seq < BEFORE:
            return None
        change = {"path": "detector.cspad.mask.file", "value": str(folder / "mine.npy")}
        given.append(Control(request=1, changes=(change,), author="a person"))
        return given[0]

    mixed = play(folder, between, rate=20.0)
    versions = mixed["pipeline_version"]
    assert set(versions.tolist()) == {1, 2}
    whole, masked = play(folder)[FIELD], play(folder, mask=str(folder / "mine.npy"))[FIELD]
    assert (np.abs(whole - masked) > 1e-3).all()
    np.testing.assert_array_equal(mixed[FIELD], np.where(versions == 1, whole, masked))
    assert mixed.pipelines[2].author == "a person"
    content = hashlib.sha256((folder / "mine.npy").read_bytes()).hexdigest()
    assert json.loads(mixed.pipelines[2].text)["constants"][str(folder / "mine.npy")] == content


def test_a_file_that_is_touched_and_says_the_same_changes_nothing(folder: Path) -> None:
    touched: list[Path] = []

    def between(reader: Reader) -> None:
        if not touched and reader.dispatch.intake.seq >= BEFORE:
            touched.extend(folder.glob("calib/*/*/pedestals/*.data"))
            touched[0].touch()

    played = play(folder, between, rate=200.0)
    assert touched
    assert set(played["pipeline_version"].tolist()) == {1}
    assert played.pipelines[1].author == ""
