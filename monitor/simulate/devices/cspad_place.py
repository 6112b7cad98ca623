"""Where the pixels of a CsPad lie: the rough arrangement of the facility's first viewers, and a geometry file that says the same.

Sections are placed on whole pixels without tilt: the halves of a section are three pixels apart, quads make quarter turns.
Source: the constants bundled with the facility's XtcExplorer.
"""

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.devices.cspad import COLUMNS, PANELS, QUADS, ROWS, SECTIONS

PIXEL_UM = 109.92
GAP = 3
QUAD_SIDE = 850
IMAGE_SIDE = 1800
IMAGE_CENTRE = (882.0, 882.0)
"""Row and column of the beam in the image."""

CORNERS = np.array(
    [
        [(440, 434), (441, 647), (432, 14), (643, 14), (9, 228), (10, 15), (30, 442), (243, 440)],
        [(441, 435), (441, 647), (431, 17), (644, 16), (12, 228), (12, 14), (31, 440), (243, 441)],
        [(441, 435), (441, 647), (432, 16), (645, 14), (13, 230), (11, 18), (32, 442), (244, 441)],
        [(441, 435), (441, 647), (434, 12), (647, 13), (12, 224), (11, 12), (31, 439), (243, 440)],
    ]
)
"""Row and column of each section's top-left corner in its quad, shape (quads, sections, 2)."""

QUAD_CORNERS = np.array([(78, 5), (2, 835), (834, 907), (912, 80)])
"""Row and column of each quad's top-left corner in the image."""

TURNS = (1, 1, 0, 0, 3, 3, 0, 0)
"""Quarter turns counter-clockwise of each section in its quad; quad q is turned q quarter turns clockwise."""


def pixel_places() -> NDArray[np.float64]:
    """Row and column of every pixel in the 1800 x 1800 image, shape (2, 32, 185, 388)."""
    places = np.empty((2, QUADS, SECTIONS, ROWS, COLUMNS))
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float64)
    columns[:, COLUMNS // 2 :] += GAP
    for quad in range(QUADS):
        for section in range(SECTIONS):
            row, column = _turned(rows, columns, ROWS, COLUMNS + GAP, TURNS[section])
            row, column = row + CORNERS[quad, section, 0], column + CORNERS[quad, section, 1]
            row, column = _turned(row, column, QUAD_SIDE, QUAD_SIDE, -quad % 4)
            places[0, quad, section] = row + QUAD_CORNERS[quad, 0]
            places[1, quad, section] = column + QUAD_CORNERS[quad, 1]
    return places.reshape(2, *PANELS)


def _turned(
    row: NDArray[np.float64], column: NDArray[np.float64], height: int, width: int, turns: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places after quarter turns counter-clockwise of an array of this size (``numpy.rot90``)."""
    for _ in range(turns):
        row, column = width - 1 - column, row
        height, width = width, height
    return row, column


def geometry_text() -> str:
    """A geometry file of the same arrangement, beam at the origin: micrometres and degrees, x down the image, y to the right."""
    places = pixel_places().reshape(2, QUADS, SECTIONS, ROWS, COLUMNS)
    lines = ["# rough arrangement of a full CsPad: sections on whole pixels, no tilt", "# sections as children of quads"]
    for quad in range(QUADS):
        for section in range(SECTIONS):
            here = places[:, quad, section]
            x, y = ((here[axis].mean() - IMAGE_CENTRE[axis]) * PIXEL_UM for axis in (0, 1))
            along = here[:, ROWS // 2, -1] - here[:, ROWS // 2, 0]
            angle = round(float(np.degrees(np.arctan2(along[1], along[0])))) % 360
            lines.append(f"QUAD:V1 {quad} SENS2X1:V1 {section} {x:.2f} {y:.2f} 0 {angle} 0 0 0 0 0")
    lines += [f"CSPAD:V1 0 QUAD:V1 {quad} 0 0 0 0 0 0 0 0 0" for quad in range(QUADS)]
    lines.append("IP 0 CSPAD:V1 0 0 0 -100000 0 0 0 0 0 0")
    return "\n".join(lines) + "\n"
