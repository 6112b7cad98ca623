"""What a plot shows as a file: text that every program reads, or HDF5."""

import csv
import io
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.snapshot import Snapshot

Numbers = Mapping[str, Mapping[str, NDArray[Any]]]


def csv_file(numbers: Numbers, about: Mapping[str, str]) -> bytes:
    """One line per point, the name of its curve first; what a curve does not have is empty. Floats keep every digit.

    Lines that begin with ``#`` say what it is.
    """
    columns = list(dict.fromkeys(name for curve in numbers.values() for name in curve))
    text = io.StringIO()
    for key, value in about.items():
        text.write(f"# {key}: {' '.join(value.split())}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["curve", *columns])
    for name, curve in numbers.items():
        length = max((len(values) for values in curve.values()), default=0)
        cells = [curve[column].tolist() if column in curve else [""] * length for column in columns]
        writer.writerows([name, *line] for line in zip(*cells, strict=True))
    return text.getvalue().encode()


def about(snapshot: Snapshot, **more: str) -> dict[str, str]:
    """Where numbers come from: experiment, run, version of the settings, the time now."""
    said = {
        "experiment": str(snapshot.run.get("experiment", "")),
        "run": str(snapshot.run.get("run", "")),
        "settings_version": str(snapshot.pipeline.get("version", "")),
        "saved": time.strftime("%Y-%m-%d %H:%M:%S %z"),
        **more,
    }
    return {key: value for key, value in said.items() if value}


def file_name(snapshot: Snapshot, what: str, ending: str) -> str:
    """A name that tells experiment, run and content, of letters that every system takes."""
    parts = (str(snapshot.run.get("experiment", "xtcmon")), f"run{snapshot.run.get('run', '')}", what)
    plain = "_".join("".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in part) for part in parts)
    return f"{plain.strip('-_')[:80]}.{ending}"


def as_bytes(content: bytes) -> NDArray[np.uint8]:
    """For the browser: an array travels as it is, without any encoding as text."""
    return np.frombuffer(content, np.uint8)
