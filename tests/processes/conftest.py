"""What tests with real processes share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.simulate.options import Options
from monitor.simulate.run import SimulatedRun, simulate
from tests.support.command import Command, command


@pytest.fixture
def xtcmon() -> Iterator[Command]:
    with command() as found:
        yield found


@pytest.fixture(scope="session")
def scan_run(tmp_path_factory: pytest.TempPathFactory) -> SimulatedRun:
    """A small delay scan: 31 steps of 40 events around time zero."""
    return simulate("delay-scan", tmp_path_factory.mktemp("scan"), Options(steps=31, events=40))


@pytest.fixture(scope="session")
def area_run(tmp_path_factory: pytest.TempPathFactory) -> SimulatedRun:
    """A few events of a full CsPad."""
    return simulate("scattering", tmp_path_factory.mktemp("area"), Options(steps=2, events=6))


def file_in(folder: Path) -> Path:
    """The one small-data file of a folder."""
    (found,) = folder.glob("*.h5")
    return found
