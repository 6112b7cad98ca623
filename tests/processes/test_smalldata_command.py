"""``xtcmon smalldata``: the same file as the service writes, to the bit, and what the producer's options make of it."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from monitor.simulate.run import SimulatedRun
from monitor.tools.chaos.scene import scene
from tests.processes.conftest import file_in
from tests.support.command import PATIENCE_S, Command

pytestmark = [pytest.mark.processes, pytest.mark.timeout(4 * PATIENCE_S)]

EVENTS = 600


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], SimulatedRun]:
    """Settings and files of a run with a small camera whose sums are whole numbers."""
    return scene(tmp_path_factory.mktemp("camera"), EVENTS)


def contents(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def visit(name: str, node: Any) -> None:
        if isinstance(node, h5py.Dataset) and not name.startswith(("xtcmon/", "UserDataCfg/pipeline/")):
            found[name] = node[()]

    with h5py.File(file_in(folder)) as file:
        file.visititems(visit)
    return found


def made(xtcmon: Command, folder: Path, *arguments: object) -> dict[str, Any]:
    done = xtcmon.run("smalldata", *arguments, "-o", folder)
    assert done.returncode == 0, done.stderr
    return contents(folder)


def test_the_file_is_that_of_the_service_to_the_bit(
    xtcmon: Command, camera: tuple[list[Path], SimulatedRun], tmp_path: Path
) -> None:
    live = xtcmon.run("run", *camera[0], "--no-dashboard", "--stream", "tcp://127.0.0.1:0", "-o", tmp_path / "run", "-j", 1)
    assert live.returncode == 0, live.stderr
    expected = contents(tmp_path / "run")
    found = made(xtcmon, tmp_path / "offline", *camera[0], "-j", 2, "--gather_interval", 25)
    assert found.keys() == expected.keys()
    assert any(name.startswith("Sums/") for name in found)
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)


def test_only_the_first_events_are_taken_if_asked(
    xtcmon: Command, camera: tuple[list[Path], SimulatedRun], tmp_path: Path
) -> None:
    found = made(xtcmon, tmp_path / "out", *camera[0], "--nevents", 70, "-j", 1)
    assert len(found["event_time"]) == 70


def test_every_pixel_or_scalars_alone(xtcmon: Command, camera: tuple[list[Path], SimulatedRun], tmp_path: Path) -> None:
    files = camera[1].files
    full = made(xtcmon, tmp_path / "full", *files, "--full", "--nosum", "-n", 20, "-j", 1)
    (name,) = (name.removesuffix("/full_area") for name in full if name.endswith("/full_area"))
    area = full[f"{name}/full_area"]
    np.testing.assert_array_equal(area.sum(axis=(1, 2), dtype=float), full[f"{name}/full_sum"])
    assert not any(path.startswith("Sums/") for path in full)
    scalars = made(xtcmon, tmp_path / "scalars", *files, "--default", "-n", 20, "-j", 1)
    assert len(scalars["fiducials"]) == 20
    assert not any(path.startswith((f"{name}/", "Sums/")) for path in scalars)
