"""Detectors as built: every panel has its place, upright in the image, and no two lie on each other."""

import numpy as np
import pytest

from monitor.calib.geometry.coordinates import coordinates
from monitor.calib.geometry.fit import check_fit
from monitor.calib.geometry.nominal import NOMINAL, nominal_geometry
from monitor.calib.geometry.pixel_index import PixelIndex, grid_of, pixel_index
from monitor.calib.geometry.tree import Geometry


def places_of(geometry: Geometry) -> PixelIndex:
    pixels = coordinates(geometry)
    return pixel_index(pixels, grid_of(pixels, geometry.scale))


@pytest.mark.parametrize("shape", NOMINAL, ids=str)
def test_no_two_pixels_meet(shape: tuple[int, ...]) -> None:
    geometry = NOMINAL[shape]()
    check_fit(geometry, shape)
    places = places_of(geometry)
    flat = places.rows.reshape(-1).astype(np.int64) * places.shape[1] + places.columns.reshape(-1)
    assert len(np.unique(flat)) == np.prod(shape)


@pytest.mark.parametrize("shape", [(704, 768), (352, 384), (512, 1024), (2, 512, 1024)], ids=str)
def test_a_panel_stands_upright(shape: tuple[int, ...]) -> None:
    geometry = nominal_geometry("Jungfrau" if shape[-1] == 1024 else "Epix10ka", shape)
    assert geometry is not None
    places = places_of(geometry)
    rows, columns = places.rows.reshape(-1, *shape[-2:]), places.columns.reshape(-1, *shape[-2:])
    assert (np.diff(rows.reshape(-1, shape[-1]), axis=0) > 0).all()
    assert (np.diff(columns, axis=2) > 0).all()


def test_an_array_has_its_quads_turned_around_the_beam() -> None:
    pixels = coordinates(NOMINAL[16, 352, 384]())
    x, y = (axis.reshape(4, -1) for axis in (pixels.x, pixels.y))
    for quad in range(3):
        assert x[quad + 1].mean() == pytest.approx(y[quad].mean())
        assert y[quad + 1].mean() == pytest.approx(-x[quad].mean())
    assert np.hypot(x, y).min() < 10_000


@pytest.mark.parametrize(
    ("device", "shape"),
    [("Princeton", (512, 1024)), ("Jungfrau", (8, 512, 1024)), ("Epix10ka", (352, 380)), ("", (704, 768)), ("Epix", ())],
)
def test_other_detectors_have_none(device: str, shape: tuple[int, ...]) -> None:
    assert nominal_geometry(device, shape) is None
