"""The scan of an earlier run out of its file."""

from pathlib import Path

import numpy as np
import pytest

from dashboards.earlier import scan_of_file
from dashboards.reduce.delay import ScanChoice
from monitor.errors import ConfigError, Unusable
from monitor.store.smalldata import SmallDataFile
from tests.support.some_rows import column, some_rows

CHOICE = ScanChoice(signal="ipm/channels[1]", monitor="m", variable="x", time="", time_scale=1.0, shape="")
X = np.repeat([0.0, 10.0, 20.0], 8)
LASER = np.tile([0, 1], 12)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    channels = np.stack([np.zeros(24), X + 1], axis=1)
    columns = {
        "x": column("x", X),
        "ipm/channels": column("ipm/channels", channels),
        "m": column("m", np.full(24, 2), dtype="<i8", present=np.arange(24) != 1),
        "lightStatus/laser": column("lightStatus/laser", LASER, dtype="<i8"),
    }
    file = SmallDataFile(tmp_path, "e81", 97, sync=False)
    file.commit([some_rows(0, 24, columns)], {}, stop=24)
    file.finish()
    return tmp_path / "e81_Run0097.h5"


def test_it_is_the_laser_on_curve_of_the_run(run: Path) -> None:
    found = scan_of_file(run, CHOICE)

    np.testing.assert_allclose(found.x, [0, 10, 20])
    np.testing.assert_allclose(found.y, [0.5, 5.5, 10.5])
    # One event of the first step has no monitor.
    assert found.count.tolist() == [3, 4, 4]


def test_what_the_run_does_not_have_is_named(run: Path) -> None:
    with pytest.raises(ConfigError, match="no field 'q'"):
        scan_of_file(run, ScanChoice(signal="q", monitor="", variable="x", time="", time_scale=1.0))
    with pytest.raises(Unusable):
        scan_of_file(run.with_name("e81_Run0001.h5"), CHOICE)
