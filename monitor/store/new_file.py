"""Files that appear complete or not at all, and HDF5 files that are let go of after the disk has refused."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py

from monitor.store import layout
from monitor.store.names import hidden
from monitor.store.sink import Sink

log = logging.getLogger(__name__)

Check = Callable[[], None]


@contextmanager
def new_file(target: Path, *, sync: bool) -> Iterator[tuple[h5py.File, Check]]:
    """An HDF5 file to fill, which takes the place of ``target`` at the end of the block and goes away if that fails.

    Parameters
    ----------
    target
        Its name, once it is complete.
    sync
        Wait for the disk before it takes that name.

    Yields
    ------
    h5py.File
        The file.
    Check
        Raises ``OSError`` if the disk has refused something by now; call it in long work.
    """
    new = hidden(target)
    try:
        with filled(new, sync=sync) as (file, check):
            yield file, check
        new.replace(target)
        if sync:
            sync_directory(target.parent)
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def filled(path: Path, *, sync: bool) -> Iterator[tuple[h5py.File, Check]]:
    """An HDF5 file to fill, as ``new_file`` but under its own name from the beginning; removed if that fails."""
    sink = Sink(path)
    try:
        with h5py.File(sink, "w", libver=layout.LIVE) as file:
            yield file, sink.check
        sink.check()
        if sync:
            os.fsync(sink.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    finally:
        sink.close()


def let_go(file: h5py.File) -> None:
    """Close a file that cannot be written any more, whatever is left of it.

    The HDF5 library tries to write again what failed, at every close and at the end of the process, and may take the process
    down with it. So its descriptor is given a file in memory first, where all of that succeeds.
    """
    memory = os.memfd_create("let-go")
    os.dup2(memory, int(file.id.get_vfd_handle()))
    os.close(memory)
    try:
        file.close()
    except (OSError, RuntimeError) as error:
        log.debug("file_let_go", extra={"why": str(error)})


def sync_directory(directory: Path) -> None:
    """Make a rename in this directory survive the machine."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
