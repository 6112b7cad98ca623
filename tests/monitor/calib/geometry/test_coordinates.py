"""Pixel coordinates: equal to rotation matrices applied pixel by pixel, whatever the angles."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitor.calib.geometry.coordinates import Coordinates, areas, coordinates, per_sensor
from monitor.calib.geometry.segment import Segment
from monitor.calib.geometry.text import parse
from monitor.calib.geometry.tree import Geometry, GeometryObject, Triple

SENSOR = "MTRX:V2:2:3:10:20"
ANGLE = st.floats(-360, 360)
TURN = st.tuples(ANGLE, ANGLE, ANGLE)
Place = tuple[Triple, Triple, Triple]
SHIFT = st.tuples(*[st.floats(-1000, 1000)] * 3)


def matrix(about_z: float, about_y: float, about_x: float) -> NDArray[np.float64]:
    """Right-handed turns about z, then y, then x."""
    (c, cy, cx), (s, sy, sx) = (np.array(f(np.radians([about_z, about_y, about_x]))) for f in (np.cos, np.sin))
    z = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    return x @ y @ z


def placed(points: NDArray[np.float64], each: GeometryObject) -> NDArray[np.float64]:
    angles = [turn + lean for turn, lean in zip(each.rotation, each.tilt, strict=True)]
    return points @ matrix(*angles).T + each.offset


@settings(max_examples=30)
@given(inner=st.tuples(SHIFT, TURN, TURN), outer=st.tuples(SHIFT, TURN, TURN))
def test_a_sensor_in_a_camera_is_turned_and_moved_twice(inner: Place, outer: Place) -> None:
    sensor = GeometryObject(parent="CAMERA", name=SENSOR, offset=inner[0], rotation=inner[1], tilt=inner[2])
    camera = GeometryObject(parent="IP", name="CAMERA", offset=outer[0], rotation=outer[1], tilt=outer[2])
    pixels = coordinates(Geometry([sensor, camera]))
    own = np.array([[(x, y, 0.0) for x in (-20, 0, 20)] for y in (5, -5)])
    expected = placed(placed(own, sensor), camera)
    np.testing.assert_allclose(np.stack([pixels.x, pixels.y, pixels.z], axis=-1)[0, 0], expected, atol=1e-9)


def test_a_quarter_turn_swaps_the_axes() -> None:
    pixels = coordinates(parse("IP 0 MTRX:2:3:10:20 0 0 0 0 90 0 0 0 0 0"))
    np.testing.assert_allclose(pixels.x[0], [[0, -20, -40], [0, -20, -40]], atol=1e-12)
    np.testing.assert_allclose(pixels.y[0], [[0, 0, 0], [10, 10, 10]], atol=1e-12)


def test_tilts_can_be_left_out() -> None:
    tilted = parse("IP 0 MTRX:2:3:10:20 0 0 0 0 90 0 0 1 2 3")
    straight = parse("IP 0 MTRX:2:3:10:20 0 0 0 0 90 0 0 0 0 0")
    np.testing.assert_array_equal(coordinates(tilted, tilt=False).x, coordinates(straight).x)
    assert np.ptp(coordinates(tilted).z) > 0


def test_the_laboratory_looks_along_the_beam() -> None:
    pixel = Coordinates(*(np.array([number]) for number in (1.0, 2.0, -3.0))).laboratory()
    assert (pixel.x[0], pixel.y[0], pixel.z[0]) == (-2, -1, 3)


def test_two_sections_are_interleaved_as_they_are_acquired() -> None:
    zeros = "0 0 0 0 0 0"
    sections = [f"CSPAD2X2:V1 0 SENS2X1:V1 {number} {7 * number} 0 0 {zeros}" for number in range(2)]
    text = "\n".join([*sections, f"IP 0 CSPAD2X2:V1 0 0 0 0 {zeros}"])
    geometry = parse(text)
    mixed, apart = coordinates(geometry), coordinates(geometry, interleaved=False)
    assert (mixed.x.shape, apart.x.shape) == ((1, 185, 388, 2), (1, 2, 185, 388))
    np.testing.assert_array_equal(np.moveaxis(mixed.x, -1, 1), apart.x)
    np.testing.assert_allclose(mixed.x[..., 1] - mixed.x[..., 0], 7, atol=1e-9)
    assert areas(geometry)[0, 0, 193].tolist() == [2.5, 2.5]


@pytest.mark.parametrize(("plane", "x"), [(-200.0, 10.0), (-2000.0, 20.0), (None, 15.0)])
def test_a_projection_follows_the_lines_from_the_origin(plane: float | None, x: float) -> None:
    """Closer than 1 mm nothing is projected; without a plane it is the mean z."""
    pixels = Coordinates(np.array([10.0, 0.0]), np.array([0.0, 0.0]), np.array([-1000.0, -2000.0]))
    assert pixels.projected(plane).x[0] == pytest.approx(x)


def test_a_pixel_at_the_origin_is_projected_to_zero() -> None:
    pixels = Coordinates(np.array([5.0]), np.array([5.0]), np.array([0.0]))
    assert pixels.projected(-5000).x.tolist() == [0]


def test_what_sensors_have_is_stacked_in_the_order_of_the_pixels() -> None:
    zeros = "0 0 0 0 0 0 0 0 0"
    geometry = parse(f"A 0 MTRX:1:2:5:5 0 {zeros}\nA 0 MTRX:1:2:6:6 1 {zeros}\nIP 0 A 0 {zeros}\n")

    def size(sensor: Segment) -> NDArray[np.float64]:
        return np.full(sensor.shape, sensor.scale)

    assert per_sensor(geometry, size).tolist() == [[[[5, 5]], [[6, 6]]]]
