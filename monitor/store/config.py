"""What rows were made with (masks, constants, parameters), kept once per content under ``UserDataCfg``."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.store import layout
from monitor.store.journal import ConfigEntry


class Configs:
    """Arrays by path below ``UserDataCfg``, and which of them each pipeline version used.

    Parameters
    ----------
    arrays
        What the files hold already.
    entries
        What was said of it.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], entries: Iterable[ConfigEntry] = ()) -> None:
        self.arrays: dict[str, NDArray[Any]] = dict(arrays)
        self._used: dict[tuple[int, str], str] = {}
        self._paths: dict[tuple[str, str], str] = {}
        for entry in entries:
            for name, (path, digest) in entry.arrays.items():
                self._used[entry.version, name] = digest
                self._paths[name, digest] = path

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays: what a new part costs besides its rows."""
        return sum(array.nbytes for array in self.arrays.values())

    def add(self, version: int, arrays: Mapping[str, NDArray[Any]]) -> ConfigEntry | None:
        """Keep what a pipeline version uses; give what is to be said of it, None if all of it was known.

        An array that changes from version to version goes on under ``<name>_2``, ``<name>_3`` ...
        """
        said: dict[str, tuple[str, str]] = {}
        for name, array in arrays.items():
            kept = stored(array)
            digest = digest_of(kept)
            if self._used.get((version, name)) == digest:
                continue
            path = self._paths.get((name, digest))
            if path is None:
                path = self._free(name)
                self.arrays[path] = kept
            self._paths[name, digest] = path
            self._used[version, name] = digest
            said[name] = (path, digest)
        return ConfigEntry(version=version, arrays=said) if said else None

    def _free(self, name: str) -> str:
        """A path below ``UserDataCfg`` that nothing else has."""
        steps = [step.replace("\0", "") for step in name.split("/")]
        steps = [step for step in steps if step not in ("", ".", "..")] or ["unnamed"]
        if steps[0] == layout.PIPELINE:
            steps[0] += "_"
        base = "/".join(steps)
        if any("/".join(steps[:n]) in self.arrays for n in range(1, len(steps))):
            base = base.replace("/", "_")
        path, number = base, 2
        while path in self.arrays or any(known.startswith(f"{path}/") for known in self.arrays):
            path, number = f"{base}_{number}", number + 1
        return path


def stored(array: NDArray[Any]) -> NDArray[Any]:
    """An array as small-data files hold it: a single value becomes an array of one, text becomes bytes; a copy."""
    whole = np.atleast_1d(np.array(array))
    return np.char.encode(whole, "utf-8") if whole.dtype.kind == "U" else whole


def digest_of(array: NDArray[Any]) -> str:
    """SHA-256 of dtype, shape and values, in hexadecimal."""
    found = hashlib.sha256(f"{array.dtype.str}{list(array.shape)}".encode())
    found.update(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    return found.hexdigest()
