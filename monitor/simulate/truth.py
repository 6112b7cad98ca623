"""The known truth of a run, written beside it: ``<run>.truth.json`` for people and scripts, ``<run>.truth.npz`` for arrays."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def write_truth(directory: Path, name: str, facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Path:
    """Write both files, each through a temporary name; return the path of the JSON.

    Parameters
    ----------
    directory, name
        ``<directory>/<name>.truth.json`` and ``.npz``.
    facts
        Plain numbers, texts, lists and maps.
    arrays
        Whatever is too big for text; listed in the JSON with dtype and shape.
    """
    table = directory / f"{name}.truth.npz"
    growing = directory / f"{name}.truth.npz.inprogress"
    with growing.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    growing.rename(table)
    listing = {key: {"dtype": value.dtype.str, "shape": list(value.shape)} for key, value in arrays.items()}
    text = json.dumps({**facts, "arrays": {"file": table.name, "content": listing}}, indent=1)
    path = directory / f"{name}.truth.json"
    growing = directory / f"{name}.truth.json.inprogress"
    growing.write_text(text + "\n")
    growing.rename(path)
    return path
