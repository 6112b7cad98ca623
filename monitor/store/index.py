"""The per-run file while parts exist: virtual datasets that present the closed parts as one, replaced at once at each roll."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import h5py
import numpy as np

from monitor.model.field import Field
from monitor.model.sums import Sums
from monitor.store import layout
from monitor.store.axis import axis_of
from monitor.store.new_file import new_file
from monitor.store.part_reader import PartReader
from monitor.store.present import present
from monitor.store.summary import summary_of


def write_index(parts: Sequence[Path], target: Path, sums: Sums | None = None) -> None:
    """Present closed parts as one file.

    The part that is being written is not among them: a program that opens files the ordinary way is refused there, and with
    it everything else. ``open_run`` sees it.

    Parameters
    ----------
    parts
        Closed parts of one run, in order, beside ``target``; at least one.
    target
        File to replace.
    sums
        Sums over these parts, if they are known; else they are read.
    """
    with ExitStack() as stack:
        readers = [stack.enter_context(PartReader(path)) for path in parts]
        summary = summary_of(readers, sums)
        file, _ = stack.enter_context(new_file(target, sync=False))
        for path, field in summary.columns.items():
            _virtual_column(file, path, field, readers)
        present(file, summary, "index")


def _virtual_column(file: h5py.File, path: str, field: Field, readers: Sequence[PartReader]) -> None:
    """One column over all parts; the missing value where a part lacks it."""
    axis = axis_of(path, field)
    virtual = h5py.VirtualLayout((sum(reader.extent(axis) for reader in readers), *field.shape), field.dtype)
    start = 0
    for reader in readers:
        count = reader.extent(axis)
        if path in reader.columns and count:
            source = h5py.VirtualSource(reader.path.name, path, (reader.stored_rows(path), *field.shape), field.dtype)
            virtual[start : start + count] = source[:count]
        start += count
    layout.mark_column(file.create_virtual_dataset(path, virtual, fillvalue=np.array(field.missing, field.dtype)[()]), field)
