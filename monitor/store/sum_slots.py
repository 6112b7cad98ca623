"""Room for the state of each sum, twice: the newer state never overwrites the one the last commit stands on."""

from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from monitor.model.sums import Sums, SumState
from monitor.store import layout


def create_slots(file: h5py.File, sums: Sums) -> None:
    """Room for these sums (floats are kept in double precision); ``Sums/<name>`` shows the first slot of each."""
    for number, (name, state) in enumerate(sums.items()):
        group = file.create_group(f"{layout.SUM_STATES}/{number}")
        group.attrs["name"] = name
        group.attrs["kind"] = state.kind
        for slot in (0, 1):
            for key, array in state.arrays.items():
                _create(group, f"{slot}/{key}", array)
        shown = {key: group[f"0/{key}"] for key in state.arrays}
        group.attrs["count"] = show(file, name, shown).name


class SumSlots:
    """Two slots per sum in ``xtcmon/sums/<n>/0`` and ``/1``, made by ``create_slots``.

    Parameters
    ----------
    file
        File open for writing.
    """

    def __init__(self, file: h5py.File) -> None:
        groups = file.get(layout.SUM_STATES, {})
        found = {str(groups[number].attrs["name"]): groups[number] for number in sorted(groups, key=int)}
        self.names = tuple(found)
        self._current = dict.fromkeys(self.names, 0)
        self._arrays = {(name, slot): dict(group.get(str(slot), {})) for name, group in found.items() for slot in (0, 1)}
        self._counts = {name: file[group.attrs["count"]] for name, group in found.items()}

    @property
    def current(self) -> tuple[int, ...]:
        """Slot in use per sum, in the order of ``names``."""
        return tuple(self._current[name] for name in self.names)

    def takes(self, name: str, state: SumState) -> bool:
        """Whether there is room for this state: same arrays, same shapes, and dtypes that lose nothing."""
        room = self._arrays.get((name, 0), {})
        return room.keys() == state.arrays.keys() and all(
            room[key].shape == array.shape and np.can_cast(array.dtype, room[key].dtype) for key, array in state.arrays.items()
        )

    def write(self, states: Sums) -> None:
        """Put each state into the slot that is not in use, and use that from the next commit on."""
        for name, state in states.items():
            self._put(name, 1 - self._current[name], state)

    def settle(self, states: Sums) -> None:
        """Bring every state back to the first slot."""
        self.write({name: state for name, state in states.items() if self._current[name]})

    def _put(self, name: str, slot: int, state: SumState) -> None:
        for key, array in state.arrays.items():
            self._arrays[name, slot][key][...] = array
        if slot == 0:
            self._counts[name][...] = state.count
        self._current[name] = slot


def show(file: h5py.File, name: str, arrays: dict[str, h5py.Dataset]) -> h5py.Dataset:
    """Make a sum visible as ``Sums/<name>``, and its events as ``Sums/<name>_nEvents``, which it gives; links, no copies."""
    clean = name.replace("/", "_")
    taken = set(file.get(layout.SUMS, ()))
    while taken.intersection((clean, f"{clean}_nEvents", *(f"{clean}_{key}" for key in arrays))):
        clean += "_"
    for key, dataset in arrays.items():
        file[f"{layout.SUMS}/{clean}" if len(arrays) == 1 or key == layout.MAIN_SUM else f"{layout.SUMS}/{clean}_{key}"] = dataset
    return file.create_dataset(f"{layout.SUMS}/{clean}_nEvents", data=np.int64(0))


def fits(a: SumState, b: SumState) -> bool:
    """Whether two states can be merged: same kind, same arrays, same shapes."""
    same = a.kind == b.kind and a.arrays.keys() == b.arrays.keys()
    return same and all(a.arrays[key].shape == array.shape for key, array in b.arrays.items())


def _create(group: h5py.Group, name: str, array: NDArray[Any]) -> h5py.Dataset:
    """A dataset whose place in the file is taken at once, so that writing it later changes nothing but values."""
    dtype = np.dtype("f8") if array.dtype.kind == "f" else array.dtype
    storage = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    storage.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    storage.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    return group.create_dataset(name, array.shape, dtype, dcpl=storage)
