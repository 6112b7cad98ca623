"""Payloads whose size the configuration of their detector tells."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.simulate.contribution import Contribution
from monitor.xtc.columns import config_dtype
from monitor.xtc.decode import decode
from monitor.xtc.header import type_id, version
from monitor.xtc.types import TYPES


def sized_payloads(type_number: int, type_version: int, config: Contribution, count: int) -> NDArray[Any]:
    """Zeroed payloads with the fields of the table, shape (count,); rows are multiples of 4 bytes.

    Parameters
    ----------
    type_number, type_version
        Of the payloads.
    config
        The detector's configuration, a single row.
    count
        How many.
    """
    key = (type_id(config.contains), version(config.contains))
    kind = TYPES[type_number, type_version]
    dtype = config_dtype(kind, {key: decode(TYPES[key], config.rows[0])})
    if dtype is None or dtype.itemsize % 4:
        raise ValueError(f"{kind.name} version {type_version} has no fixed size that is a multiple of 4")
    return np.zeros(count, dtype)
