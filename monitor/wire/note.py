"""Messages without arrays, as frozen dataclasses: ``to_message`` and ``note_of`` are a pure pair for all of them.

The fields of the dataclass are the fields of the header in ``docs/messages.md``; a field without a default must be there. What
the header has beyond them is ignored, so that a newer side may say more.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar, TypeVar

from monitor.errors import ProtocolError
from monitor.wire.message import Message

NUMBER_LIMIT = 1 << 62

Pairs = tuple[tuple[int, int], ...]
"""Half-open ranges of sequence numbers."""

Map = Mapping[str, Any]
Maps = tuple[Map, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Base of all messages that are a header and nothing else."""

    KIND: ClassVar[str] = ""


N = TypeVar("N", bound=Note)


def to_message(note: Note) -> Message:
    """The message that carries a note."""
    return Message(note.KIND, {name: getattr(note, name) for name, _, _ in _rules(type(note))})


def note_of(cls: type[N], message: Message) -> N:
    """The note of this class in a message.

    Raises
    ------
    ProtocolError
        If the kind is another one, or a field is missing or of the wrong kind.
    """
    if message.kind != cls.KIND:
        raise ProtocolError(f"expected {cls.KIND!r}, got {message.kind!r}")
    header, values = message.header, {}
    for name, check, required in _rules(cls):
        if name in header:
            values[name] = check(header[name], name)
        elif required:
            raise ProtocolError(f"a {cls.KIND!r} message lacks {name!r}")
    return cls(**values)


def _whole(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not -1 <= value < NUMBER_LIMIT:
        raise ProtocolError(f"{name!r} is {value!r}, not a whole number from -1")
    return value


def _real(value: object, name: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ProtocolError(f"{name!r} is {value!r}, not a finite number")
    return float(value)


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise ProtocolError(f"{name!r} is not text")
    return value


def _truth(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise ProtocolError(f"{name!r} is neither true nor false")
    return value


def _map(value: object, name: str) -> Map:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise ProtocolError(f"{name!r} is not a map with text keys")
    return value


def _maps(value: object, name: str) -> Maps:
    if not isinstance(value, list | tuple):
        raise ProtocolError(f"{name!r} is not a list")
    return tuple(_map(entry, name) for entry in value)


def _pairs(value: object, name: str) -> Pairs:
    if not isinstance(value, list | tuple):
        raise ProtocolError(f"{name!r} is not a list")
    return tuple(_pair(entry, name) for entry in value)


def _pair(value: object, name: str) -> tuple[int, int]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ProtocolError(f"{name!r} is not a list of pairs")
    first, stop = (_whole(number, name) for number in value)
    return first, stop


Check = Callable[[object, str], Any]
CHECKS: Mapping[object, Check] = {int: _whole, float: _real, str: _text, bool: _truth, Map: _map, Maps: _maps, Pairs: _pairs}


Rules = tuple[tuple[str, Check, bool], ...]
KNOWN_RULES: dict[type[Note], Rules] = {}


def _rules(cls: type[Note]) -> Rules:
    """Name, check and necessity of each field of a note; worked out once per class."""
    rules = KNOWN_RULES.get(cls)
    if rules is None:
        rules = tuple((f.name, CHECKS[f.type], f.default is MISSING and f.default_factory is MISSING) for f in fields(cls))
        KNOWN_RULES[cls] = rules
    return rules
