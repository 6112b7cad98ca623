"""Geometry: coordinates, indexes, images, masks, points, editing, saving: equal to the facility's (golden/calib/README.md)."""

import json
import math
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.calib.geometry.chip_vectors import chip_vectors
from monitor.calib.geometry.coordinates import Coordinates, areas, coordinates
from monitor.calib.geometry.image import image_of, pixels_of
from monitor.calib.geometry.mask import geometry_mask, segment_mask
from monitor.calib.geometry.pixel_index import PixelIndex, grid_of, pixel_index, point_index
from monitor.calib.geometry.segment import segment_for
from monitor.calib.geometry.text import read_geometry, rounded_line
from monitor.calib.geometry.tree import Geometry, GeometryObject
from tests.conftest import golden_root

MICROMETRE = 1e-5
"""Tolerance of coordinates."""
IMAGE_STEPS = (13, 17)
"""Steps of the stored samples of images."""
OPTIONS: dict[str, dict[str, Any]] = {"top": {}, "notilt": {"tilt": False}, "lab": {}, "wpc": {"wide_centres": True}}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" in metafunc.fixturenames:
        expected = golden_root(metafunc.config) / "calib" / "geometry" / "expected.json"
        metafunc.parametrize("name", list(json.loads(expected.read_text())) if expected.exists() else [])


@cache
def everything(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "expected.json").read_text())
    return found


@cache
def geometry_of(folder: Path, name: str) -> Geometry:
    return read_geometry(folder / f"geometry-{name}.data")


@pytest.fixture
def folder(golden_dir: Path) -> Path:
    return golden_dir / "calib" / "geometry"


@pytest.fixture
def geometry(folder: Path, name: str) -> Geometry:
    return geometry_of(folder, name)


@pytest.fixture
def expected(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = everything(folder)[name]
    return found


def crc(array: NDArray[Any], dtype: str) -> int:
    return zlib.crc32(np.ascontiguousarray(array, dtype).tobytes())


def placed(geometry: Geometry, args: dict[str, Any]) -> tuple[Coordinates, PixelIndex]:
    """Coordinates and indexes as the arguments of the original's methods ask for them."""
    laboratory = bool(args.get("cframe"))
    pixels = coordinates(geometry, tilt=args.get("do_tilt", True))
    if "zplane" in args:
        pixels = pixels.projected(args["zplane"])
    if laboratory:
        pixels = pixels.laboratory()
    scale, offset = args.get("pix_scale_size_um", geometry.scale), tuple(args.get("xy0_off_pix", (0, 0)))
    return pixels, pixel_index(pixels, grid_of(pixels, scale, offset=offset, laboratory=laboratory))


def test_objects_and_comments_are_those_of_the_file(geometry: Geometry, expected: dict[str, Any]) -> None:
    found = [
        {
            "parent": each.parent or None,
            "parent_index": each.parent_index if each.parent else None,
            "name": each.name,
            "index": each.index,
            **dict(zip(("x0", "y0", "z0"), each.offset, strict=True)),
            "n_children": len(geometry.children(each)),
        }
        for each in (*geometry.objects, geometry.top)
    ]
    assert found == expected["objects"]
    assert len(geometry.comments) == expected["comments"]


def test_a_line_is_saved_as_the_original_saves_it(geometry: Geometry, expected: dict[str, Any]) -> None:
    assert [rounded_line(each) for each in geometry.objects[: len(expected["str_data"])]] == expected["str_data"]


def test_coordinates_agree_with_and_without_tilt_in_both_frames(geometry: Geometry, name: str, folder: Path) -> None:
    with np.load(folder / f"expected-{name}.npz") as stored:
        for tag in [tag for tag in OPTIONS if f"{tag}_shape" in stored]:
            pixels = coordinates(geometry, **OPTIONS[tag])
            if tag == "lab":
                pixels = pixels.laboratory()
            assert pixels.x.shape == tuple(stored[f"{tag}_shape"])
            down, across = stored[f"{tag}_sub_step"]
            for axis in "xyz":
                array = getattr(pixels, axis)
                statistics = [array.min(), array.max(), array.mean(), array.std()]
                np.testing.assert_allclose(statistics, stored[f"{tag}_{axis}_stat"], rtol=0, atol=MICROMETRE)
                sample = stored[f"{tag}_{axis}_sub"]
                np.testing.assert_allclose(array[..., ::down, ::across], sample, rtol=0, atol=MICROMETRE)


def test_parts_of_a_detector_have_coordinates_in_their_parents_frame(geometry: Geometry, name: str, folder: Path) -> None:
    with np.load(folder / f"expected-{name}.npz") as stored:
        down, across = stored["top_sub_step"]
        for tag, part in {"quad1": ("QUAD:V1", 1), "sens_2": ("SENS2X1:V1", 2)}.items():
            for axis in "xy" if f"{tag}_x_sub" in stored else "":
                mine = getattr(coordinates(geometry, geometry.find(*part)), axis)[..., ::down, ::across]
                np.testing.assert_allclose(mine, stored[f"{tag}_{axis}_sub"], rtol=0, atol=MICROMETRE)


def test_indexes_and_images_are_equal_pixel_by_pixel(geometry: Geometry, expected: dict[str, Any]) -> None:
    for case in expected["indexes"].values():
        pixels, places = placed(geometry, case["args"])
        assert list(pixels.x.shape) == case["shape"]
        undecided = case["values_within_1e_9_of_a_bin_edge"]
        image = image_of(np.arange(1, pixels.x.size + 1, dtype=np.float32), places)
        if undecided:
            assert abs(int(places.rows.sum()) - case["rows_sum"]) <= undecided
            assert abs(int(places.columns.sum()) - case["cols_sum"]) <= undecided
            assert abs(np.count_nonzero(image) - case["image_nonzero"]) <= undecided
            continue
        assert [places.rows.min(), places.rows.max()] == case["rows_minmax"]
        assert [places.columns.min(), places.columns.max()] == case["cols_minmax"]
        assert (crc(places.rows, "<u4"), crc(places.columns, "<u4")) == (case["rows_crc32_u4"], case["cols_crc32_u4"])
        assert list(places.shape) == case["image_shape"]
        assert crc(image, "<f4") == case["image_crc32_f4"]
        assert np.count_nonzero(image) == case["image_nonzero"]
        assert pixels.x.size - np.count_nonzero(image) == case["pixels_sharing_an_image_bin"]


def test_samples_of_indexes_and_image_agree(geometry: Geometry, name: str, folder: Path) -> None:
    with np.load(folder / f"expected-{name}.npz") as stored:
        down, across = stored["top_sub_step"]
        pixels, places = placed(geometry, {})
        np.testing.assert_array_equal(places.rows[..., ::down, ::across], stored["rows_sub"])
        np.testing.assert_array_equal(places.columns[..., ::down, ::across], stored["cols_sub"])
        image = image_of(np.arange(1, pixels.x.size + 1, dtype=np.float32), places)
        np.testing.assert_array_equal(image[:: IMAGE_STEPS[0], :: IMAGE_STEPS[1]], stored["image_default_sub"])


def test_points_fall_where_the_original_puts_them(geometry: Geometry, expected: dict[str, Any]) -> None:
    for case in expected["point_coord_indexes"]:
        args = {key: value for key, value in case["args"].items() if key != "fract"}
        pixels, _ = placed(geometry, args)
        scale, offset = args.get("pix_scale_size_um", geometry.scale), tuple(args.get("xy0_off_pix", (0, 0)))
        place = point_index(*case["p_um"], grid_of(pixels, scale, offset=offset, laboratory=bool(args.get("cframe"))))
        if case["args"].get("fract"):
            np.testing.assert_allclose(place, case["result"], rtol=0, atol=1e-9)
        else:
            assert [math.floor(number) for number in place] == case["result"]


def test_areas_and_pixel_size_agree(geometry: Geometry, expected: dict[str, Any]) -> None:
    found = areas(geometry)
    values, counts = np.unique(found, return_counts=True)
    assert list(found.shape) == expected["areas"]["shape"]
    assert {f"{value:.6f}": count for value, count in zip(values, counts, strict=True)} == expected["areas"]["values"]
    assert geometry.scale == expected["pixel_scale_size"]


def test_geometry_masks_agree(geometry: Geometry, expected: dict[str, Any]) -> None:
    for text, case in expected["masks"].items():
        bits, options = text.split(" ", 1)
        widths = json.loads(options)
        mask = geometry_mask(geometry, int(bits), width=widths.get("width", 1), central_width=widths.get("wcentral", 1))
        assert (list(mask.shape), str(mask.dtype)) == (case["shape"], case["dtype"])
        assert (int(mask.sum()), crc(mask, "u1")) == (case["n_good"], case["crc32_u1"]), text


def test_a_mask_drawn_in_the_image_becomes_a_mask_of_the_frame(geometry: Geometry, expected: dict[str, Any]) -> None:
    _, places = placed(geometry, {})
    image = np.ones(places.shape, np.uint8)
    image[::3] = 0
    mask = pixels_of(image, places)
    wanted = expected["mask_from_image_rows_mod3"]
    assert (int(mask.sum()), crc(mask, "u1")) == (wanted["n_good"], wanted["crc32_u1"])


def test_moving_and_tilting_an_object_moves_its_pixels(geometry: Geometry, expected: dict[str, Any]) -> None:
    case = expected["after_move_and_tilt_of_top_child"]
    old = geometry.find(*case["object"])
    about_x, about_y, about_z = case["tilt_xyz"]
    new = old.moved(*case["move"]).tilted(about_z, about_y, about_x)
    pixels = coordinates(geometry.with_object(old, new))
    for axis in "xyz":
        array = getattr(pixels, axis)
        np.testing.assert_allclose([array.min(), array.mean(), array.max()], case[axis], rtol=0, atol=MICROMETRE)
    assert rounded_line(new) == case["str_data"]


def test_vectors_of_the_readout_chips_agree(geometry: Geometry, name: str, folder: Path) -> None:
    """The original reads the interleaved 2x2 CsPad as if its panels came first; so does this test to compare."""
    sensor = geometry.sensors()[0]
    pixels = coordinates(geometry)
    with np.load(folder / f"expected-{name}.npz") as stored:
        for tag, frame in {"psf_cframe0": pixels, "psf_cframe1": pixels.laboratory()}.items():
            if tag in stored:
                np.testing.assert_allclose(chip_vectors(frame, sensor), stored[tag], rtol=0, atol=MICROMETRE)
        if "get_psf" in stored:
            np.testing.assert_allclose(
                chip_vectors(pixels, sensor, whole_panels=True), stored["get_psf"], rtol=0, atol=MICROMETRE
            )


def test_single_sensors_agree(folder: Path) -> None:
    for key, case in json.loads((folder / "segments.json").read_text()).items():
        sensor = segment_for(case["segment"])
        assert sensor is not None
        x, y = sensor.coordinates(wide_centres=case["use_wide_pix_center"])
        assert list(sensor.shape) == case["shape"]
        np.testing.assert_allclose([x.min(), x.max()], case["x_minmax"], rtol=0, atol=MICROMETRE)
        np.testing.assert_allclose([y.min(), y.max()], case["y_minmax"], rtol=0, atol=MICROMETRE)
        assert (sensor.scale, [sensor.depth]) == (case["pixel_scale_size"], case["size_z"])
        assert np.unique(sensor.areas()).tolist() == case["area_values"]
        along_x, along_y = (sensor.columns, sensor.rows) if sensor.x_along == "columns" else (sensor.rows, sensor.columns)
        assert np.unique(along_x.sizes).tolist() == case["size_x"]
        assert np.unique(along_y.sizes).tolist() == case["size_y"]
        for corner, place in case["corners"].items():
            at = tuple(int(number) for number in corner.split(","))
            np.testing.assert_allclose([x[at], y[at]], place, rtol=0, atol=MICROMETRE)
        with np.load(folder / "segments.npz") as stored:
            lines = {"x_row0": x[0], "y_col0": y[:, 0], "x_col0": x[:, 0], "y_row0": y[0]}
            for line, array in lines.items():
                np.testing.assert_allclose(array, stored[f"{key}_{line}"], rtol=0, atol=MICROMETRE)
            middle = sensor.areas()[sensor.shape[0] // 2], sensor.areas()[:, sensor.shape[1] // 2]
            for line, array in zip(("row", "col"), middle, strict=True):
                area = stored[f"{key}_area_{line}"]
                # The original has three dimensions for Epix100a, so that its lines are one dimension too many.
                mine = {704: sensor.areas(), 1: middle[0][None]}[len(area)] if area.ndim == 2 else array
                np.testing.assert_allclose(mine, area, rtol=1e-12)


def test_masks_of_single_sensors_agree(golden_dir: Path) -> None:
    for key, case in json.loads((golden_dir / "calib" / "segment_masks.json").read_text()).items():
        _, name, bits, width, central = key.split("|")
        sensor = segment_for(name)
        assert sensor is not None
        mask = segment_mask(sensor, int(bits), width=int(width), central_width=int(central))
        assert list(mask.shape) == case["shape"], key
        assert np.argwhere(mask == 0)[: len(case["zeros_head"])].tolist() == case["zeros_head"], key
        assert (int(mask.sum()), crc(mask, "u1")) == (case["n_good"], case["crc32_uint8"]), key


def test_every_object_can_be_edited_and_the_rest_stays(geometry: Geometry) -> None:
    changed = geometry.objects[0].moved(dx=0.25)
    edited = geometry.with_object(geometry.objects[0], changed)
    assert edited.objects == (changed, *geometry.objects[1:])
    assert isinstance(changed, GeometryObject)
