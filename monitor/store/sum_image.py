"""One run sum of a small-data file, ours or one of smalldata_tools."""

from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from monitor.store import layout


def read_sum(path: Path, name: str) -> NDArray[np.float64]:
    """The sum ``Sums/<name>`` of a file.

    Raises
    ------
    DamagedData
        Naming the file, if it cannot be read or has no such sum of numbers; with the sums that it has.
    """
    try:
        with h5py.File(path, "r") as file:
            group = file.get(layout.SUMS)
            known = sorted(group) if isinstance(group, h5py.Group) else []
            if name not in known or not isinstance(group[name], h5py.Dataset) or group[name].dtype.kind not in "biuf":
                raise DamagedData(f"has no sum {name!r}, but {', '.join(known) or 'none'}", source=str(path))
            return np.asarray(group[name], np.float64)
    except OSError as error:
        raise DamagedData(f"cannot be read as HDF5: {error}", source=str(path)) from error
