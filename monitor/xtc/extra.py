"""The few words that a scan prints beside a source, out of its configuration: channels, or rows x columns."""

from collections.abc import Callable, Mapping
from typing import Any

from monitor.errors import DamagedData
from monitor.xtc.decode import decode
from monitor.xtc.header import type_id, version
from monitor.xtc.types import TYPES

OPAL_SIZES = {3: "1024x1024", 18: "1080x1920", 19: "1752x2336", 21: "1200x1600", 22: "2472x3296"}
"""Rows x columns of the Opal cameras by device number: their configuration does not say."""

Words = Callable[[Mapping[str, Any]], str]


def _frame(rows: str, columns: str) -> Words:
    """Words for a frame whose size two values of the record give, derived ones included."""

    def words(record: Mapping[str, Any]) -> str:
        values = {**record, **record.get("derived", {})}
        return f"{values[rows]}x{values[columns]}" if rows in values and columns in values else ""

    return words


SIDES = (
    ("numberOfRows", "numberOfColumns"),
    ("numPixelsY", "numPixelsX"),
    ("height", "width"),
)
"""Names under which configurations say how many rows and columns a frame has."""


def _any_frame(record: Mapping[str, Any]) -> str:
    """Words for a frame whose configuration says its size under one of the usual names."""
    return next((words for words in (_frame(*names)(record) for names in SIDES) if words), "")


def _cycle(record: Mapping[str, Any]) -> str:
    """How long a calib cycle is meant to last."""
    if record["uses_events"]:
        return f"{record['events']} ev/cycle"
    if record["uses_duration"]:
        return f"{record['duration']['seconds'] + 1e-9 * record['duration']['nanoseconds']:g} s/cycle"
    return ""


WORDS: Mapping[int, Words] = {
    4: lambda record: f"{record['derived']['nbrChannels']} ch",
    9: lambda record: "480x640",
    10: _cycle,
    12: _frame("numRows", "numChannels"),
    18: _frame("numPixelsY", "numPixelsX"),
    21: _frame("trimmedHeight", "trimmedWidth"),
}
"""By type id of the configuration."""
OPAL_CONFIG = 6


def extra(physical: int, contains: int, payload: Any) -> str:
    """Words for a source out of one of its configuration payloads; empty if that has none or cannot be read.

    >>> extra(0x13000300, 6, b"")
    '1024x1024'
    """
    number = type_id(contains)
    if number == OPAL_CONFIG:
        return OPAL_SIZES.get(physical >> 8 & 0xFF, "")
    kind = TYPES.get((number, version(contains)))
    if kind is None or not kind.is_config:
        return ""
    try:
        return WORDS.get(number, _any_frame)(decode(kind, payload))
    except (DamagedData, KeyError):
        return ""
