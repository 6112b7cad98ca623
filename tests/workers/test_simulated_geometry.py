"""The geometry that the simulator writes, read by the worker: every pixel is where the simulator puts it."""

from pathlib import Path

import numpy as np

from monitor.model.place import FilePlace
from monitor.settings import Detector, Settings
from monitor.simulate.devices.cspad_place import IMAGE_CENTRE, PIXEL_UM, geometry_text, pixel_places
from workers.detectors.area import Layout, stacked_arrangement
from workers.geometry import arranged
from workers.run_view import Source
from workers.trouble import Trouble

TOLERANCE_UM = 0.01
"""The file has two digits after the point."""


def test_the_workers_coordinates_are_those_of_the_simulated_detector(tmp_path: Path) -> None:
    folder = tmp_path / "calib" / "CsPad::CalibV1" / "XppGon.0:Cspad.0" / "geometry"
    folder.mkdir(parents=True)
    (folder / "0-end.data").write_text(geometry_text())
    rough = Layout(
        shape=(32, 185, 388),
        like=np.empty(0, "<i2"),
        panels=lambda payloads: np.empty((0, 32), np.int64),
        arrangement=lambda: stacked_arrangement(32, 185, 388),
    )
    places = (FilePlace(str(tmp_path / "xtc" / "e1-r0007-s00-c00.xtc")),)
    note = Trouble()
    layout = arranged(rough, Detector(name="cspad"), Source("XppGon-0|Cspad-0", "", 1, 2), 7, Settings(), places, note)
    measured = layout.arrangement()
    rows, columns = pixel_places()
    np.testing.assert_allclose(measured.x(), (rows - IMAGE_CENTRE[0]) * PIXEL_UM, rtol=0, atol=TOLERANCE_UM)
    np.testing.assert_allclose(measured.y(), (columns - IMAGE_CENTRE[1]) * PIXEL_UM, rtol=0, atol=TOLERANCE_UM)
    assert not measured.rough
    assert not note.counts
