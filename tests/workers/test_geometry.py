"""Geometry in the flow: which file holds, what the frames' pixels get from it, and what happens when it cannot be used."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.errors import ConfigError
from monitor.model.place import FilePlace
from monitor.settings import Settings, parse
from tests.support.camera_run import batch_of, frame, state_with
from workers.detectors.area import Layout, plain_arrangement, stacked_arrangement
from workers.geometry import arranged, geometry_path
from workers.pipeline import Pipeline
from workers.run_view import Source
from workers.trouble import Trouble

TURNED = "# camera on its side\nIP 0 MTRX:V2:3:4:10:10 0 100 200 5000 90 0 0 0 0 0\n"
NAME = "XppEndstation_0_Opal1000_0"
TEXT = "XppEndstation-0|Opal1000-0"
SOURCE = Source(TEXT, "", 1, 2)
CALIB = "calib/Camera::CalibV1/XppEndstation.0:Opal1000.0/geometry"
PIXELS = np.arange(12, dtype=np.uint16).reshape(3, 4)


def made(path: Path, text: str = TURNED) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def setup(**detector: Any) -> Settings:
    return parse({"detector": [{"name": "camera", "source": TEXT, **detector}]})


def layout(*shape: int) -> Layout:
    arrangement = plain_arrangement(*shape) if len(shape) == 2 else stacked_arrangement(*shape)
    return Layout(
        shape=shape, like=np.empty(0, "<u2"), panels=lambda payloads: np.empty((0, 1), np.int64), arrangement=lambda: arrangement
    )


def layout_with(text: Path, shape: tuple[int, ...], note: Trouble) -> Layout:
    settings = setup(geometry=str(text))
    return arranged(layout(*shape), settings.detector[0], SOURCE, 7, settings, (), note)


def test_the_image_is_the_one_of_the_geometry(tmp_path: Path) -> None:
    """x = -(y of the sensor) grows down the image: row r of the panel is column -r; x of the sensor becomes y, to the right."""
    settings = setup(geometry=str(made(tmp_path / "camera.data")))
    batch, buffers = batch_of([[frame(PIXELS)]], show=True)
    (picture,) = Pipeline(settings, 4).process(batch, buffers, state_with()).frames.values()
    np.testing.assert_array_equal(picture.image, PIXELS)
    assert not picture.rough


def test_pixels_have_the_coordinates_of_the_file(tmp_path: Path) -> None:
    measured = layout_with(made(tmp_path / "camera.data"), (3, 4), Trouble()).arrangement()
    np.testing.assert_allclose(measured.x(), 100 + np.array([[-10.0] * 4, [0] * 4, [10] * 4]))
    np.testing.assert_allclose(measured.y(), 200 + np.array([[-15.0, -5, 5, 15]] * 3))
    assert measured.z is not None
    assert measured.area is not None
    assert (measured.z == -5000).all()
    assert measured.area.tolist() == [[1.0] * 4] * 3
    assert measured.positions is not None
    assert (measured.positions.path, len(measured.positions.sha256)) == (str(tmp_path / "camera.data"), 64)


def test_without_a_file_the_arrangement_is_the_familys() -> None:
    settings = setup()
    plain = layout(3, 4)
    assert arranged(plain, settings.detector[0], SOURCE, 7, settings, (), Trouble()) is plain


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((4, 3), "1 panel of 4 x 3 pixels"), ((2, 3, 4), "2 panels of 3 x 4 pixels"), ((12, 1), "1 panel of 12 x 1 pixels")],
)
def test_a_geometry_of_other_pixels_is_named_and_not_used(tmp_path: Path, shape: tuple[int, ...], expected: str) -> None:
    note = Trouble()
    plain = layout_with(made(tmp_path / "camera.data"), shape, note).arrangement()
    assert plain.positions is None
    assert plain.rough
    (text,) = note.counts
    assert f"a geometry of 1 panel of 3 x 4 pixels, frames have {expected}" in text
    assert "camera.data" in text
    assert "rough" in text


def test_a_damaged_geometry_is_named_and_the_run_goes_on(tmp_path: Path) -> None:
    settings = setup(geometry=str(made(tmp_path / "camera.data", "IP 0 MTRX:V2:3:4:10:10 0 100\n")))
    batch, buffers = batch_of([[frame(PIXELS)]], show=True)
    result = Pipeline(settings, 4).process(batch, buffers, state_with())
    assert any("line 1 has 5 fields" in text and "camera.data" in text for text in result.trouble)
    np.testing.assert_array_equal(result.frames["camera"].image, PIXELS)


def test_a_file_that_does_not_exist_is_an_error_of_the_settings(tmp_path: Path) -> None:
    settings = setup(geometry=str(tmp_path / "nowhere.data"))
    with pytest.raises(ConfigError, match=r"detector\.camera\.geometry.*nowhere"):
        geometry_path(settings.detector[0], TEXT, 7, settings, ())


def test_the_calib_directory_has_the_geometry_of_a_run(tmp_path: Path) -> None:
    early, late = made(tmp_path / CALIB / "0-6.data"), made(tmp_path / CALIB / "7-end.data")
    near = (FilePlace(str(tmp_path / "xtc" / "e1-r0007-s00-c00.xtc")),)
    settings = setup()
    assert geometry_path(settings.detector[0], TEXT, 7, settings, near) == late
    assert geometry_path(settings.detector[0], TEXT, 6, settings, near) == early
    assert geometry_path(settings.detector[0], "XppEndstation-0|Opal1000-1", 7, settings, near) is None
    elsewhere = settings.model_copy(update={"calib_directory": str(tmp_path / "calib")})
    assert geometry_path(settings.detector[0], TEXT, 7, elsewhere, ()) == late


def test_nobody_has_to_use_the_geometry(tmp_path: Path) -> None:
    made(tmp_path / CALIB / "0-end.data")
    near = (FilePlace(str(tmp_path / "xtc" / "e1-r0007-s00-c00.xtc")),)
    settings = setup(geometry="none")
    assert geometry_path(settings.detector[0], TEXT, 7, settings, near) is None


def test_a_changed_file_makes_a_new_arrangement(tmp_path: Path) -> None:
    path = made(tmp_path / "camera.data")
    before = layout_with(path, (3, 4), Trouble()).arrangement()
    assert layout_with(path, (3, 4), Trouble()).arrangement() is before
    made(path, TURNED.replace("100 200", "101 200"))
    after = layout_with(path, (3, 4), Trouble()).arrangement()
    np.testing.assert_allclose(after.x() - before.x(), 1)


def test_a_file_that_is_not_the_one_of_the_settings_any_more_is_said(tmp_path: Path) -> None:
    path, note = made(tmp_path / "camera.data"), Trouble()
    settings = setup(geometry=str(path)).model_copy(update={"constants": {str(path): "0" * 64}})
    assert arranged(layout(3, 4), settings.detector[0], SOURCE, 7, settings, (), note).arrangement().positions is not None
    assert list(note.counts) == [f"camera: {path} has changed since this version of the settings was made"]


def test_raw_pixels_have_a_geometry_too(tmp_path: Path) -> None:
    path = made(tmp_path / CALIB / "0-end.data")
    near = (FilePlace(str(tmp_path / "xtc" / "e1-r0007-s00-c00.xtc")),)
    settings = setup(constants="none")
    assert geometry_path(settings.detector[0], TEXT, 7, settings, near) == path


def test_the_geometry_of_a_rayonix_follows_the_binning_of_the_run(tmp_path: Path) -> None:
    text = "IP 0 MTRX:V2:8:8:44.271:44.271 0 0 0 0 90 0 0 0 0 0\n"
    settings, note = setup(geometry=str(made(tmp_path / "rayonix.data", text))), Trouble()
    rough = layout(4, 4)
    binned = replace(rough, arrangement=lambda: plain_arrangement(4, 4, 88.542))
    source = Source("XppEndstation-0|Rayonix-0", "", 1, 2)
    measured = arranged(binned, settings.detector[0], source, 7, settings, (), note).arrangement()
    np.testing.assert_allclose(measured.x()[:, 0], 88.542 * np.array([-1.5, -0.5, 0.5, 1.5]))
    (text,) = note.counts
    assert "the configuration says MTRX:V2:4:4:88.542:88.542" in text


def test_a_detector_without_a_file_is_placed_as_built() -> None:
    settings = setup()
    source = Source("XppEndstation-0|Epix100a-0", "", 1, 2)
    built = arranged(layout(704, 768), settings.detector[0], source, 7, settings, (), Trouble()).arrangement()
    assert built.shape == (709, 773)
    assert (built.rough, built.z) == (False, None)
    pair = Source("XppEndstation-0|Jungfrau-0", "", 1, 2)
    assert arranged(layout(2, 512, 1024), settings.detector[0], pair, 7, settings, (), Trouble()).arrangement().rough
