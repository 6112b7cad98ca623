"""Curves that people kept as references, shared by all sessions of this process and kept beside the layouts."""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from dashboards.layouts import FOLDER as LAYOUTS
from dashboards.set_aside import set_aside
from dashboards.texts import clock
from monitor.errors import DamagedData
from monitor.store.numbers_file import numbers_file, read_numbers

FOLDER = "references"
FORMAT = "1"
MOST_KEPT = 64
"""References of one experiment; the oldest gives way."""

MOST_BYTES = 4 << 20
"""Of one curve; a plot on a screen has far less."""

MOST_BYTES_OF_ALL = 64 << 20
MOST_EXPERIMENTS = 32
NAME = re.compile(r"[0-9a-f]{12}")

Numbers = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Curves:
    """What a plot showed, and when.

    Attributes
    ----------
    numbers
        Name of a curve to its columns.
    time
        Unix time in seconds at which it was kept.
    experiment, field, label
        To which experiment it belongs, the field it is of (empty = of several), and what it is called.
    """

    numbers: Numbers
    time: float
    experiment: str = ""
    field: str = ""
    label: str = ""

    @property
    def when(self) -> str:
        """Time of day, UTC."""
        return clock(self.time)

    @property
    def size(self) -> int:
        """Bytes of its numbers."""
        return sum(int(values.nbytes) for curve in self.numbers.values() for values in curve.values())


class Kept:
    """References by an identifier that belongs to their content.

    Parameters
    ----------
    now
        Unix time in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._curves: OrderedDict[str, Curves] = OrderedDict()
        self._folder: Path | None = None
        self.trouble: tuple[str, ...] = ()
        """Files that had to be set aside, and why."""

    def settle(self, directory: str) -> None:
        """Keep references beside the layouts of an output folder from now on, and take those that are there; empty = nowhere."""
        self._curves.clear()
        self.trouble = ()
        self._folder = Path(directory) / LAYOUTS / FOLDER if directory else None
        found = []
        for path in sorted(self._folder.glob("*/*.h5")) if self._folder is not None else []:
            try:
                found.append((path.stem, _reference(path)))
            except DamagedData as error:
                self.trouble = (*self.trouble, set_aside(path, str(error)))
        for identifier, curves in sorted(found, key=lambda each: each[1].time):
            self._curves[identifier] = curves
        self._bound()

    def keep(self, numbers: Numbers, experiment: str = "", *, field: str = "", label: str = "") -> str:
        """Keep a plot's numbers; returns their identifier, empty if they are too many to keep."""
        arrays = {name: {key: np.array(values) for key, values in curve.items()} for name, curve in numbers.items()}
        made = Curves(arrays, self._now(), experiment, field, label)
        if made.size > MOST_BYTES:
            return ""
        identifier = _identifier(made)
        self._curves.pop(identifier, None)
        self._curves[identifier] = made
        self._write(identifier, made)
        self._bound()
        return identifier

    def get(self, identifier: str) -> Curves | None:
        """What was kept under an identifier; ``None`` if it is not, or not any more."""
        return self._curves.get(identifier)

    def offered(self, experiment: str, field: str) -> dict[str, str]:
        """References of one field in an experiment: identifier to label, newest first."""
        return {
            identifier: each.label
            for identifier, each in reversed(self._curves.items())
            if each.label and (each.experiment, each.field) == (experiment, field)
        }

    def _bound(self) -> None:
        """Let the oldest of an experiment give way where it has too many, or too large ones; then the oldest experiments."""
        seen: OrderedDict[str, tuple[int, int]] = OrderedDict()
        for identifier, each in [*reversed(self._curves.items())]:
            count, size = seen.get(each.experiment, (0, 0))
            seen[each.experiment] = count, size = count + 1, size + each.size
            if count > MOST_KEPT or size > MOST_BYTES_OF_ALL or len(seen) > MOST_EXPERIMENTS:
                self._curves.pop(identifier)
                if (path := self._path(identifier, each)) is not None:
                    path.unlink(missing_ok=True)

    def _write(self, identifier: str, curves: Curves) -> None:
        """Into a file that other programs read as well; what cannot be written is kept as long as this process lives."""
        path = self._path(identifier, curves)
        if path is None:
            return
        about = {"reference": FORMAT, "time": repr(curves.time), "field": curves.field, "label": curves.label}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(".new")
            fresh.write_bytes(numbers_file(curves.numbers, {**about, "experiment": curves.experiment}))
            fresh.replace(path)
        except OSError as error:
            self.trouble = (*self.trouble[-9:], f"{path.name} could not be written: {error.strerror}.")

    def _path(self, identifier: str, curves: Curves) -> Path | None:
        folder = re.sub(r"[^\w-]", "-", curves.experiment) or "any"
        return None if self._folder is None else self._folder / folder / f"{identifier}.h5"


KEPT = Kept()
"""Those of this process; sessions all run in its one loop."""


def _identifier(curves: Curves) -> str:
    digest = sha256(f"{curves.experiment}\0{curves.field}\0".encode())
    for name, curve in curves.numbers.items():
        for key, values in curve.items():
            digest.update(f"{name}\0{key}\0{values.dtype}\0".encode() + values.tobytes())
    return digest.hexdigest()[:12]


def _reference(path: Path) -> Curves:
    """A reference out of its file.

    Raises
    ------
    DamagedData
        If it is none, or one of another time of this program.
    """
    numbers, about = read_numbers(path, MOST_BYTES)
    if about.get("reference") != FORMAT:
        raise DamagedData(f"is of format {about.get('reference', 'none')}, not {FORMAT}", source=path.name)
    try:
        moment = float(about["time"])
    except (KeyError, ValueError) as error:
        raise DamagedData("does not say when it was kept", source=path.name) from error
    if not NAME.fullmatch(path.stem):
        raise DamagedData("has a name that is none of a reference", source=path.name)
    return Curves(numbers, moment, *(about.get(key, "") for key in ("experiment", "field", "label")))
