"""The tables of the walk as a kernel sees them: one array for each column."""

from typing import Any, NamedTuple

from numpy.typing import NDArray


class HeadColumns(NamedTuple):
    """The columns of a table of ``HEAD``."""

    offset: NDArray[Any]
    length: NDArray[Any]
    seconds: NDArray[Any]
    nanoseconds: NDArray[Any]
    fiducials: NDArray[Any]
    ticks: NDArray[Any]
    vector: NDArray[Any]
    control: NDArray[Any]
    env: NDArray[Any]
    damage: NDArray[Any]


class IndexColumns(NamedTuple):
    """The columns of a table of ``INDEX``."""

    offset: NDArray[Any]
    datagram: NDArray[Any]
    level: NDArray[Any]
    logical: NDArray[Any]
    physical: NDArray[Any]
    contains: NDArray[Any]
    damage: NDArray[Any]
    size: NDArray[Any]


class CorruptColumns(NamedTuple):
    """The columns of a table of ``CORRUPT``."""

    offset: NDArray[Any]
    datagram: NDArray[Any]
    extent: NDArray[Any]
    remaining: NDArray[Any]
