"""The closed form of pixel places against arrays that are turned and pasted as the recipe says."""

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.devices.cspad_place import CORNERS, IMAGE_CENTRE, QUAD_CORNERS, geometry_text, pixel_places

PITCH = 109.92


def pasted() -> NDArray[np.int64]:
    """Image of pixel numbers (from 1; 0 = no pixel), made by pasting whole sections and quads, later ones on top."""
    numbers = np.arange(1, 32 * 185 * 388 + 1).reshape(4, 8, 185, 388)
    image = np.zeros((1800, 1800), np.int64)
    for q in range(4):
        quad = np.zeros((850, 850), np.int64)
        for s in range(8):
            section = np.hstack([numbers[q, s, :, :194], np.zeros((185, 3), np.int64), numbers[q, s, :, 194:]])
            if s in (0, 1):
                section = section[:, ::-1].T
            if s in (4, 5):
                section = section[::-1, :].T
            row, column = CORNERS[q, s]
            quad[row : row + section.shape[0], column : column + section.shape[1]] = section
        row, column = QUAD_CORNERS[q]
        image[row : row + 850, column : column + 850] = np.rot90(quad, 4 - q)
    return image


def test_as_many_pixels_are_visible_as_the_recipe_leaves() -> None:
    assert (pasted() > 0).sum() == 2_291_885


def test_every_visible_pixel_is_where_pasting_puts_it() -> None:
    image = pasted()
    rows, columns = np.nonzero(image)
    at = image[rows, columns] - 1
    places = pixel_places().reshape(2, -1)
    np.testing.assert_array_equal(places[0, at], rows)
    np.testing.assert_array_equal(places[1, at], columns)


def test_the_geometry_file_says_the_same_places() -> None:
    """Rules of the facility's geometry files: a leaf is turned by its angle, then moved; x is the image's row, y its column."""
    column, row = np.arange(388), np.arange(185)
    half = PITCH * (np.maximum(column - 194, 193 - column)) + 219.84
    x = np.broadcast_to(np.where(column < 194, -half, half), (185, 388))
    y = np.broadcast_to(((92 - row) * PITCH)[:, None], (185, 388))
    places = pixel_places().reshape(2, 4, 8, 185, 388)
    leaves = [line.split() for line in geometry_text().splitlines() if " SENS2X1:V1 " in line]
    assert len(leaves) == 32
    for fields in leaves:
        quad, section = int(fields[1]), int(fields[3])
        x0, y0, angle = float(fields[4]), float(fields[5]), np.radians(float(fields[7]))
        turned = x * np.cos(angle) - y * np.sin(angle) + x0, y * np.cos(angle) + x * np.sin(angle) + y0
        for axis in (0, 1):
            wanted = (places[axis, quad, section] - IMAGE_CENTRE[axis]) * PITCH
            np.testing.assert_allclose(turned[axis], wanted, atol=0.02)


def test_every_line_of_the_geometry_file_has_13_fields() -> None:
    lines = [line for line in geometry_text().splitlines() if not line.startswith("#")]
    assert {len(line.split()) for line in lines} == {13}
