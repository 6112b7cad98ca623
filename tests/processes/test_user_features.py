"""Features of the user's own in the whole service: in the file, contained where they raise, read again while it runs."""

import json
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from monitor.client import Monitor
from monitor.tools.chaos.scene import SETTINGS, scene
from tests.processes.conftest import file_in
from tests.support.command import PATIENCE_S, Command

pytestmark = [pytest.mark.processes, pytest.mark.timeout(4 * PATIENCE_S)]

QUIET = ("--no-dashboard", "--stream", "tcp://127.0.0.1:0", "-j", 1)
EVENTS = 300
CODE = """\
import numpy as np
from workers.user import ragged, scalar


@scalar("mine/total", reads="spot_camera", unit="ADU")
def total(frames):
    return FACTOR * frames.sum(axis=(1, 2), dtype=float)


@scalar("mine/difference", reads=("spot_camera/spot_sum", "mine/total"))
def difference(theirs, ours):
    if (ours == ours.max()).any() and len(ours) > 1:
        raise ArithmeticError("not together")
    if ours[0] % 2:
        raise ValueError("odd")
    return ours - theirs


@ragged("mine/bright", reads="spot_camera", columns={"pixel": "i4"})
def bright(frames):
    return [np.flatnonzero(frame > frame.max() - 1) for frame in frames]
"""


def setup(folder: Path, events: int = EVENTS) -> tuple[Path, list[Path]]:
    """Settings that name the code by a path relative to them, and the files of a run."""
    _, run = scene(folder / "data", events)
    file = folder / "setup.toml"
    file.write_text(SETTINGS + '\n[[user]]\npath = "mine.py"\n')
    (folder / "mine.py").write_text(CODE.replace("FACTOR", "1"))
    return file, list(run.files)


def test_what_the_functions_give_is_in_the_file_and_can_be_verified(xtcmon: Command, tmp_path: Path) -> None:
    file, files = setup(tmp_path)
    done = xtcmon.run("run", file, *files, *QUIET, "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    with h5py.File(file_in(tmp_path / "out")) as data:
        total, theirs = data["mine/total"][:], data["spot_camera/spot_sum"][:]
        np.testing.assert_array_equal(total, theirs)
        difference = data["mine/difference"][:]
        np.testing.assert_array_equal(np.isnan(difference), total % 2 == 1)
        assert np.nansum(np.abs(difference)) == 0
        assert data["mine/var_bright_len"][:].min() >= 1
    odd = int((total % 2 == 1).sum())
    assert f"{odd:,} x mine.py, difference: ValueError: odd (line 15)" in done.stdout
    (tmp_path / "mine.py").write_text("edited since")
    verified = xtcmon.run("verify", file_in(tmp_path / "out"), *files)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_a_file_is_read_again_as_a_new_version_when_asked(xtcmon: Command, tmp_path: Path) -> None:
    file, files = setup(tmp_path, 20_000)
    with xtcmon.started("run", file, *files, *QUIET, "--rate", 60, "--mode", "lossless", "-o", tmp_path / "out") as service:
        address = stream_of(xtcmon)
        wait_for_version(address, 1)
        (tmp_path / "mine.py").write_text("this is no Python")
        refused = xtcmon.run("settings", "reload", "--address", address, "--author", "me")
        assert refused.returncode == 2
        assert "SyntaxError" in refused.stderr
        (tmp_path / "mine.py").write_text(CODE.replace("FACTOR", "2"))
        done = xtcmon.run("settings", "reload", "--address", address, "--author", "me")
        assert done.returncode == 0, done.stderr
        exported = xtcmon.run("settings", "export", "--address", address, "--json")
        assert exported.returncode == 0, exported.stderr
        wait_for_version(address, 2)
        service.terminate()
        assert service.wait(PATIENCE_S) == 0
    with h5py.File(file_in(tmp_path / "out")) as data:
        version, theirs = data["pipeline_version"][:], data["spot_camera/spot_sum"][:]
        assert set(version.tolist()) == {1, 2}
        np.testing.assert_array_equal(data["mine/total"][:], theirs * version)
        kept = json.loads(data["UserDataCfg/pipeline/settings_2"][()].decode())
    assert json.loads(exported.stdout)["user"] == kept["user"]
    assert len(list((tmp_path / "out" / "user-features").iterdir())) == 2


def stream_of(xtcmon: Command) -> str:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for folder in xtcmon.services():
            known = folder / "service.json"
            if known.exists() and (address := json.loads(known.read_text()).get("stream")):
                return str(address)
        time.sleep(0.05)
    raise AssertionError("no stream")


def wait_for_version(address: str, version: int) -> None:
    with Monitor(address) as monitor:
        for rows in monitor.rows("pipeline_version", "mine/total", timeout_s=PATIENCE_S):
            if (rows["pipeline_version"] == version).any():
                return


WRONG = {
    "parameter": ('kind = "ROIFunc"\nname = "spot"\nwritArea = true', "detector.spot_camera.feature.spot.writArea", "writeArea"),
    "feature": ('kind = "ROIFunk"\nname = "spot"', "detector.spot_camera.feature.spot", "ROIFunc"),
    "child": (
        'kind = "ROIFunc"\nname = "spot"\n[[detector.feature.feature]]\nkind = "ROIFunc"\nname = "in"\nthresADUU = 1',
        "detector.spot_camera.spot.feature.in.thresADUU",
        "thresADU",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_parameter_is_refused_before_anything_starts(xtcmon: Command, tmp_path: Path, case: str) -> None:
    text, key, nearest = WRONG[case]
    _, run = scene(tmp_path / "data", 10)
    file = tmp_path / "setup.toml"
    file.write_text(f'[[detector]]\nname = "spot_camera"\n[[detector.feature]]\n{text}\n')
    done = xtcmon.run("run", file, *run.files, *QUIET, "-o", tmp_path / "out")
    assert done.returncode == 2
    assert key in done.stderr
    assert f"did you mean {nearest!r}" in done.stderr
    assert not (tmp_path / "out").exists()
