"""All shapes that can be fitted, by name."""

import functools
from collections.abc import Mapping

from dashboards.fits.fit import SHAPES, Shape
from monitor.plugins import load_folder


@functools.cache
def shapes() -> Mapping[str, Shape]:
    """What the files of this folder declare."""
    load_folder("dashboards.fits")
    return dict(SHAPES.items())
