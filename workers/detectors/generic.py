"""Any other payload of fixed size: its numbers under the names of the facility's description."""

from monitor.xtc.types import PayloadType
from workers.detectors.family import Read
from workers.detectors.table import named, numbers_in, table_reader
from workers.run_view import RunView, Source


def open_generic(source: Source, kind: PayloadType, run: RunView) -> Read | None:
    """Reader of all numbers of a fixed layout as ``<source>/<field>``; None if its size varies or it holds none.

    Bit fields, texts, large arrays and fields in a stored form that needs conversion are left to families of their own.
    """
    if kind.is_config or kind.dtype is None:
        return None
    paths = numbers_in(kind.struct)
    return (
        table_reader(kind.struct, named(kind.struct, source.name, {path: path.replace(".", "_") for path in paths}))
        if paths
        else None
    )
