"""Position and directions of each readout chip (psf vectors), as crystallography programs take a geometry."""

import numpy as np

from monitor.calib.geometry.coordinates import Coordinates
from monitor.calib.geometry.segment import Real, Segment


def chip_vectors(pixels: Coordinates, sensor: Segment, *, whole_panels: bool = False) -> Real:
    """First pixel, step along the slow axis, step along the fast axis.

    Parameters
    ----------
    pixels
        Of panels that are all of this kind, panels first.
    whole_panels
        One entry per panel instead of one per readout chip.

    Returns
    -------
    numpy.ndarray
        Micrometre, shape (chips, 3, 3): position, slow, fast; each x, y, z. Panel by panel, chips row by row.
    """
    panels = np.stack([axis.reshape(-1, *sensor.shape) for axis in pixels.axes], axis=-1)
    rows, columns = ((0,), (0,)) if whole_panels else (sensor.rows.chips, sensor.columns.chips)
    vectors = []
    for panel in panels:
        for row in rows:
            for column in columns:
                first = panel[row, column]
                vectors.append((first, panel[row + 1, column] - first, panel[row, column + 1] - first))
    return np.array(vectors)
