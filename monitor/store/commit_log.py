"""The commit record: what of a part is durable. Written last; everything behind it does not count."""

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """State of a part after one commit.

    Attributes
    ----------
    stop
        Sequence number behind the last durable event; everything before it has a row here or in an earlier part, or is lost.
    rows
        Durable rows of this part: its events.
    journal
        Durable bytes of the journal.
    time
        When it was made, Unix s.
    slots
        Which of its two slots (0, 1) holds the durable state of each sum of the part, in the part's order.
    counts
        Events that contributed to each sum.
    extents
        Durable rows along each further axis of the part, in the part's order: rows of groups of their own rate, elements of
        ragged groups.
    """

    stop: int
    rows: int
    journal: int
    time: float
    slots: tuple[int, ...] = ()
    counts: tuple[int, ...] = ()
    extents: tuple[int, ...] = ()


def record_type(n_sums: int, n_axes: int = 0) -> np.dtype[np.void]:
    """Packed dtype of one record of a part with this many sums and further axes; the checksum covers everything before it."""
    wide = max(1, n_sums)
    return np.dtype(
        [
            ("stop", "<i8"),
            ("rows", "<i8"),
            ("journal", "<i8"),
            ("time", "<f8"),
            ("counts", "<i8", (wide,)),
            ("slots", "u1", (wide,)),
            *([("extents", "<i8", (n_axes,))] if n_axes else []),
            ("checksum", "<u4"),
        ]
    )


def record(commit: Commit) -> NDArray[np.void]:
    """The commit as one record, shape (1,), with its CRC-32."""
    n = len(commit.slots)
    made = np.zeros(1, record_type(n, len(commit.extents)))
    for name in ("stop", "rows", "journal", "time"):
        made[name] = getattr(commit, name)
    made["slots"][0, :n] = commit.slots
    made["counts"][0, :n] = commit.counts
    if commit.extents:
        made["extents"][0] = commit.extents
    made["checksum"] = _checksum(made)
    return made


def last_valid(records: NDArray[Any], n_sums: int, *, rows: int, journal: int, extents: tuple[int, ...] = ()) -> Commit | None:
    """Newest record whose checksum holds and that does not speak of more than there is.

    Parameters
    ----------
    records
        Records as read, shape (commits,), dtype ``record_type(n_sums)``.
    n_sums
        Number of sums of the part.
    rows, journal
        Length of the shortest column, and of the journal, as found.
    extents
        Length of the shortest column along each further axis, as found.

    Returns
    -------
    Commit or None
        None if there is no such record.
    """
    for k in range(len(records) - 1, -1, -1):
        one = records[k : k + 1]
        if int(one["checksum"][0]) != _checksum(one) or one["rows"][0] > rows or one["journal"][0] > journal:
            continue
        said = tuple(int(extent) for extent in one["extents"][0]) if extents else ()
        if any(extent > found for extent, found in zip(said, extents, strict=True)):
            continue
        return Commit(
            stop=int(one["stop"][0]),
            rows=int(one["rows"][0]),
            journal=int(one["journal"][0]),
            time=float(one["time"][0]),
            slots=tuple(int(slot) for slot in one["slots"][0, :n_sums]),
            counts=tuple(int(count) for count in one["counts"][0, :n_sums]),
            extents=said,
        )
    return None


def _checksum(one: NDArray[Any]) -> int:
    """CRC-32 of a record without its last field; a record of zeros (never written) does not match its own zero."""
    return zlib.crc32(b"xtcmon" + one.tobytes()[: -np.dtype("<u4").itemsize])
