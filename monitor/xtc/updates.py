"""EPICS values at fixed places, many at a time: what a reader needs to follow scalar numeric variables.

Layouts: facility's Epics description (dbr kinds 14-20 with time stamp, 28-34 with limits and name), type id 13, version 1.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.kernel import kernel
from monitor.xtc.header import EPICS
from monitor.xtc.walk import plain

HEAD_SIZE = 6
NAME_AT, NAME_SIZE = 6, 64
FIRST_CTRL, LAST_CTRL = 28, 34
KINDS = ("S40", "<i2", "<f4", "<u2", "u1", "<i4", "<f8")
TEXT = 1
"""Kind number of the strings, which are not followed; 0 = no such kind."""
ALIAS = np.dtype([("pv", "<i2"), ("alias", "S64"), ("unused", "<i2"), ("interval", "<f4")])

_VALUE_AT = np.zeros(LAST_CTRL + 1, np.int64)
_VALUE_AT[14:21] = 20, 22, 20, 22, 23, 20, 24
_VALUE_AT[28:35] = 74, 98, 120, 492, 91, 116, 152
_KIND = np.zeros(LAST_CTRL + 1, np.uint8)
_KIND[14:21] = _KIND[28:35] = range(TEXT, TEXT + len(KINDS))


SCALAR = np.dtype(
    {
        "names": ["number", "dbr", "count", "name", "value"],
        "formats": ["<u2", "<i2", "<i2", f"S{NAME_SIZE}", "<f8"],
        "offsets": [0, 2, 4, NAME_AT, int(_VALUE_AT[LAST_CTRL])],
        "itemsize": int(_VALUE_AT[LAST_CTRL]) + 8,
    }
)
"""A scalar of type double with its name (``EpicsPvCtrlDouble``); limits, units and precision are left at zero."""


@dataclass(frozen=True, slots=True, eq=False)
class Updates:
    """EPICS payloads that say which variable they are of.

    Attributes
    ----------
    entry
        Position of each in the index given, int64, shape (n,).
    key
        Its variable within the run: physical word << 16 | pv number, int64, shape (n,).
    value
        Its scalar value as float64, shape (n,); NaN for strings, arrays, and payloads that are too short.
    """

    entry: NDArray[np.int64]
    key: NDArray[np.int64]
    value: NDArray[np.float64]


NONE = Updates(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))


def updates(buffer: NDArray[np.uint8], index: NDArray[Any]) -> Updates:
    """EPICS updates among payloads, in order; damaged ones and those without a head are left out.

    Parameters
    ----------
    buffer
        Bytes, uint8, shape (n,).
    index
        Payloads, structured array of dtype ``monitor.xtc.walk.INDEX``.
    """
    entry = np.flatnonzero((index["contains"] & 0x8000FFFF == EPICS) & (index["damage"] == 0) & (index["size"] >= HEAD_SIZE))
    if len(entry) == 0:
        return NONE
    chosen = index[entry]
    number, kind, raw = _gather(
        plain(buffer), chosen["offset"].astype(np.int64), chosen["size"].astype(np.int64), _VALUE_AT, _KIND
    )
    value = np.full(len(entry), np.nan)
    for code, dtype in enumerate(KINDS[TEXT:], TEXT + 1):
        mask = kind == code
        if mask.any():
            width = np.dtype(dtype).itemsize
            value[mask] = np.ascontiguousarray(raw[mask, :width]).view(dtype)[:, 0]
    return Updates(entry, chosen["physical"].astype(np.int64) << 16 | number, value)


def names(buffer: NDArray[np.uint8], index: NDArray[Any], *, every: bool = False) -> dict[int, str]:
    """Names of the scalar numeric variables that payloads describe, by key, in order of first sight.

    With ``every``, those of strings and arrays too.
    """
    found: dict[int, str] = {}
    for entry in index[(index["contains"] & 0x8000FFFF == EPICS) & (index["damage"] == 0)]:
        at, size = int(entry["offset"]), int(entry["size"])
        if size < NAME_AT + NAME_SIZE:
            continue
        number, dbr, count = (int(n) for n in np.frombuffer(buffer[at : at + HEAD_SIZE], "<i2"))
        if not (FIRST_CTRL <= dbr <= LAST_CTRL and (every or (count == 1 and dbr > FIRST_CTRL))):
            continue
        text = bytes(buffer[at + NAME_AT : at + NAME_AT + NAME_SIZE]).split(b"\0", 1)[0]
        found.setdefault(int(entry["physical"]) << 16 | number & 0xFFFF, text.decode("ascii", "replace"))
    return found


def aliases(physical: int, payload: NDArray[np.uint8]) -> dict[int, str]:
    """Aliases in an EpicsConfig payload, by the key of ``updates``; as many as the payload really holds."""
    if len(payload) < 4:
        return {}
    count = min(int(np.frombuffer(payload[:4], "<i4")[0]), (len(payload) - 4) // ALIAS.itemsize)
    if count <= 0:
        return {}
    table = np.frombuffer(payload[4 : 4 + count * ALIAS.itemsize], ALIAS)
    return {physical << 16 | int(row["pv"]) & 0xFFFF: row["alias"].split(b"\0", 1)[0].decode("ascii", "replace") for row in table}


def scalar(number: int, name: str, value: float) -> bytes:
    """A payload that names a variable and gives its value, as a scalar of type double; what ``names`` and ``updates`` read."""
    payload = np.zeros(1, SCALAR)
    payload["number"], payload["dbr"], payload["count"] = number, LAST_CTRL, 1
    payload["name"], payload["value"] = name.encode("ascii", "replace")[: NAME_SIZE - 1], value
    return payload.tobytes()


@kernel
def _gather(
    buffer: NDArray[np.uint8], offsets: NDArray[Any], sizes: NDArray[Any], value_at: NDArray[Any], kinds: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Number, kind and the eight bytes of the value of each payload; kind 0 where there is no scalar value."""
    n = len(offsets)
    number, kind, raw = np.empty(n, np.int64), np.zeros(n, np.uint8), np.zeros((n, 8), np.uint8)
    width = np.array([0, 0, 2, 4, 2, 1, 4, 8])
    for i in range(n):
        at, size = offsets[i], sizes[i]
        if at < 0 or size < HEAD_SIZE or at + size > len(buffer):
            number[i] = -1
            continue
        number[i] = np.int64(buffer[at]) | np.int64(buffer[at + 1]) << 8
        dbr = np.int64(buffer[at + 2]) | np.int64(buffer[at + 3]) << 8
        count = np.int64(buffer[at + 4]) | np.int64(buffer[at + 5]) << 8
        if count != 1 or dbr >= len(kinds) or kinds[dbr] <= TEXT or value_at[dbr] + width[kinds[dbr]] > size:
            continue
        kind[i] = kinds[dbr]
        for j in range(width[kind[i]]):
            raw[i, j] = buffer[at + value_at[dbr] + j]
    return number, kind, raw
