"""A plain HDF5 file of what somebody heard on the reduced stream: columns that grow, under the names they have there."""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import h5py

from monitor.errors import Unusable
from monitor.model.column import Column
from monitor.store import layout
from monitor.store.trouble import refusals


class Recording:
    """Writes rows as they come; use it in a ``with`` block.

    Parameters
    ----------
    path
        File to make.

    Raises
    ------
    Unusable
        If it exists, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.rows, self.left_out = path, 0, set[str]()
        """Ragged fields have no place in a table; ``left_out`` names them."""
        if path.exists():
            raise Unusable(f"{path} exists already; choose another name with -o")
        with refusals(path, "write to"):
            self._file = h5py.File(path, "w-")
        self._columns: dict[str, h5py.Dataset] = {}

    def __enter__(self) -> "Recording":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with refusals(self.path, "close"):
            self._file.close()

    def add(self, columns: Mapping[str, Column], count: int) -> None:
        """Append rows; a column that is not among them, or came later than others, has its missing value there.

        Raises
        ------
        Unusable
            If the disk refuses.
        """
        with refusals(self.path, "write to"):
            for path, column in columns.items():
                if column.lengths is not None:
                    self.left_out.add(path)
                    continue
                dataset = self._dataset(path, column)
                dataset.resize(self.rows + count, axis=0)
                dataset[self.rows :] = column.filled()
            self.rows += count
            for dataset in self._columns.values():
                dataset.resize(self.rows, axis=0)
            self._file.flush()

    def _dataset(self, path: str, column: Column) -> h5py.Dataset:
        """The dataset of a column; one that changed its type or shape goes on as ``<path>_2`` and so on."""
        number, name = 1, path
        while (found := self._columns.get(name)) is not None:
            if found.dtype == column.field.dtype and found.shape[1:] == column.field.shape:
                return found
            number += 1
            name = f"{path}_{number}"
        made = layout.create_column(self._file, name, column.field)
        made.resize(self.rows, axis=0)
        self._columns[name] = made
        return made
