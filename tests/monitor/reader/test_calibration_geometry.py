"""A geometry file that a detector names is one of the constants in use; the rough arrangement has no file."""

from pathlib import Path

from monitor.reader.calibration import in_use
from monitor.settings import parse
from tests.support.camera_run import state_with


def test_a_named_geometry_is_watched(tmp_path: Path) -> None:
    path = tmp_path / "camera.data"
    detectors = [{"name": "a", "geometry": str(path)}, {"name": "b", "geometry": "none"}, {"name": "c"}]
    assert in_use(parse({"detector": detectors}), state_with(), None).files == (path,)
