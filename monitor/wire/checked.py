"""Header entries that are what they must be: every number from outside is checked before anything is done with it."""

import math
from collections.abc import Mapping
from typing import Any

from monitor.errors import ProtocolError
from monitor.wire.message import Message

LARGEST = 1 << 62
"""No sequence number, run or count is above this, so that sums of two of them stay within 64 bits."""


def integer(message: Message, name: str, *, low: int = 0, high: int = LARGEST) -> int:
    """A whole number between two bounds, both included.

    Raises
    ------
    ProtocolError
        If the entry is missing, no whole number, or out of bounds.
    """
    value = message.header.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise _wrong(message, name, f"a whole number from {low} to {high}", value)
    return value


def number(message: Message, name: str) -> float:
    """A finite number.

    Raises
    ------
    ProtocolError
        If the entry is missing, no number, NaN or infinite.
    """
    value = message.header.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong(message, name, "a finite number", value)
    return float(value)


def text(message: Message, name: str) -> str:
    """A text, possibly empty.

    Raises
    ------
    ProtocolError
        If the entry is missing or no text.
    """
    value = message.header.get(name)
    if not isinstance(value, str):
        raise _wrong(message, name, "a text", value)
    return value


def mapping(message: Message, name: str) -> Mapping[str, Any]:
    """A map with texts as keys.

    Raises
    ------
    ProtocolError
        If the entry is missing, no map, or has other keys.
    """
    value = message.header.get(name)
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise _wrong(message, name, "a map with texts as keys", value)
    return value


def counts(message: Message, name: str) -> dict[str, int]:
    """A map of texts to counts.

    Raises
    ------
    ProtocolError
        If the entry is missing, no map, or holds anything but counts.
    """
    entries = mapping(message, name)
    if not all(_is_count(value) for value in entries.values()):
        raise _wrong(message, name, "a map of counts", entries)
    return dict(entries)


def sequence(message: Message, name: str) -> list[Any]:
    """A list.

    Raises
    ------
    ProtocolError
        If the entry is missing or no list.
    """
    value = message.header.get(name)
    if not isinstance(value, list):
        raise _wrong(message, name, "a list", value)
    return value


def stretch(message: Message, first: str = "first", stop: str = "stop") -> tuple[int, int]:
    """Two sequence numbers, the second not below the first.

    Raises
    ------
    ProtocolError
        If one is missing or they are the wrong way round.
    """
    a, b = integer(message, first), integer(message, stop)
    if b < a:
        raise _wrong(message, stop, f"at least {first} = {a}", b)
    return a, b


def stretches(message: Message, name: str, width: int) -> list[tuple[int, ...]]:
    """A list of lists of ``width`` counts each, of which the last two are a half-open stretch of events.

    Raises
    ------
    ProtocolError
        If the entry is anything else.
    """
    found = []
    for entry in sequence(message, name):
        if not isinstance(entry, list) or len(entry) != width or not all(_is_count(n) for n in entry) or entry[-1] < entry[-2]:
            raise _wrong(message, name, f"a list of {width} counts each that end in first and stop", entry)
        found.append(tuple(entry))
    return found


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST


def _wrong(message: Message, name: str, wanted: str, value: object) -> ProtocolError:
    """The error for one entry, with a short form of what was found."""
    return ProtocolError(f"{name!r} of a {message.kind!r} message must be {wanted}, not {str(value)[:60]!r}")
