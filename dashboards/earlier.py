"""Scans of earlier runs, out of their small-data files beside the present one."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.reduce.delay import LASER, XRAY, ScanChoice, scan_result
from dashboards.reduce.expression import Expression
from dashboards.reduce.scan import Curve
from dashboards.rows import element_names
from dashboards.table import Table
from monitor.errors import ConfigError
from monitor.store.run_file import RunFile, open_run

MOST_ROWS = 500_000
"""Rows of an earlier run that are looked at, its last ones; bounds time and memory."""

ABSENT = -99999


def scan_of_file(path: Path, choice: ScanChoice) -> Curve:
    """The scan of an earlier run against the variable as set.

    Raises
    ------
    Unusable, DamagedData
        If the file cannot be read.
    ConfigError
        If the run lacks a field.
    """
    with open_run(path) as run:
        return scan_result(_table(run, choice), choice).plain.on


def _table(run: RunFile, choice: ScanChoice) -> Table:
    """The columns that the choice needs."""
    known = {each: name for name, field in run.columns.items() for each in _names(name, field)}
    texts = [text for text in (choice.signal, choice.monitor, choice.variable, choice.where) if text.strip()]
    needed = {name for text in texts for name in Expression(text, known).fields}
    first = max(0, len(run) - MOST_ROWS)
    read = {name: run.read(name, first, len(run)) for name in _sources(known, [*needed, LASER, XRAY])}
    columns: dict[str, NDArray[np.float64]] = {}
    for name, values in read.items():
        wide = values.astype(np.float64).reshape(len(values), -1)
        if values.dtype.kind == "i":
            wide[values.reshape(wide.shape) == ABSENT] = np.nan
        columns.update({each: wide[:, i] for i, each in enumerate(element_names(name, values.shape[1:]))})
    whole = np.arange(len(run) - first)
    return Table(whole, np.full(len(whole), run.run), np.zeros(len(whole), np.int64), np.full(len(whole), np.nan), columns)


def _names(name: str, field: Any) -> Iterable[str]:
    """Columns that a field becomes; none for what has a rate or a length of its own."""
    return () if field.ragged or field.aligned or field.dtype.kind not in "iufb" else element_names(name, field.shape)


def _sources(known: dict[str, str], wanted: Iterable[str]) -> list[str]:
    """The fields in the file of these columns."""
    own = [name for name in wanted if name in known]
    missing = [name for name in wanted if name not in known and name not in (LASER, XRAY)]
    if missing:
        raise ConfigError(f"there is no field {missing[0]!r} in that run")
    return list(dict.fromkeys(known[name] for name in own))
