"""Where the settings of the pipeline changed, for the vertical lines in plots."""

import numpy as np
from numpy.typing import NDArray

from dashboards.table import Table

VERSION = "pipeline_version"


def version_changes(rows: Table) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First rows of new pipeline versions, and these versions; the first row of all is no change."""
    version = rows.column(VERSION)
    known = np.flatnonzero(np.isfinite(version))
    steps = np.flatnonzero(np.diff(version[known]) != 0) + 1
    places = known[steps]
    return places, version[places].astype(np.int64)
