"""Numbers out of payloads for a stretch of events: what a condition asks for, as one array over events."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError, DamagedData
from monitor.model.damage import Damage
from monitor.xtc.columns import column, gather, gather_counted
from monitor.xtc.compression import decompress
from monitor.xtc.decode import Configs, decode
from monitor.xtc.header import is_compressed, type_id, version
from monitor.xtc.layout import Struct
from monitor.xtc.names import SourcePattern, source_text
from monitor.xtc.rewriting.where import OPTION, FieldOf, Path
from monitor.xtc.types import TYPES, PayloadType

EVR_DATA, EBEAM = 19, 15
MASK = "damageMask"
USER_BYTE = 0xFF << 24


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Payloads of some events that lie in one buffer.

    Attributes
    ----------
    buffer
        Bytes, uint8.
    index
        Structured array of dtype ``monitor.xtc.walk.INDEX``.
    event
        Which event each of them belongs to, int64, shape (payloads,).
    """

    buffer: NDArray[np.uint8]
    index: NDArray[Any]
    event: NDArray[np.int64]


def has_code(stretches: Sequence[Stretch], fiducials: NDArray[Any], code: int) -> NDArray[np.float64]:
    """1 for each event that has this event code with its own fiducial, else 0, shape (events,)."""
    found = np.zeros(len(fiducials))
    layout = TYPES[EVR_DATA, 3].struct.field("fifoEvents").dtype
    assert layout is not None
    for part in stretches:
        chosen = (part.index["contains"] & 0x8000FFFF == EVR_DATA) & (part.index["damage"] == 0)
        counts, items = gather_counted(part.buffer, part.index["offset"][chosen], part.index["size"][chosen], layout)
        event = np.repeat(part.event[chosen], np.maximum(counts, 0))
        found[event[(items["eventCode"] == code) & (items["timestampHigh"] == fiducials[event])]] = 1.0
    return found


class FieldReader:
    """Reads one field of one source, whatever type and version the source has.

    Parameters
    ----------
    need
        The field.
    configs_of
        Configuration in force for a source, by level and physical word.
    aliases
        Level and physical word by alias, as the run has them; an alias goes before a name.

    Raises
    ------
    ConfigError
        If there is no source of this name, nor an alias.
    """

    def __init__(
        self,
        need: FieldOf,
        configs_of: Callable[[int, int], Configs],
        aliases: Mapping[str, tuple[int, int]] = {},  # never written
    ) -> None:
        self._need, self._configs_of = need, configs_of
        self._alias = aliases.get(need.source)
        self._pattern = SourcePattern.parse(need.source) if self._alias is None else None
        self._source: tuple[int, int] | None = None
        self._met: dict[str, None] = {}

    def read(self, stretches: Sequence[Stretch], count: int) -> NDArray[np.float64]:
        """The value in each of ``count`` events, NaN where there is none or it is damaged.

        Raises
        ------
        ConfigError
            If several sources are meant, or the field is not a number.
        """
        values = np.full(count, np.nan)
        for part in stretches:
            words = np.unique(part.index[["level", "physical", "contains"]])
            for level, physical, contains in words.tolist():
                kind = TYPES.get((type_id(contains), version(contains)))
                if kind is None or not self._is_meant(level, physical):
                    continue
                self._met |= dict.fromkeys(_names(kind.struct))
                if _leads_somewhere(kind.struct, self._need.path):
                    self._one_source(level, physical)
                    entries = _entries(part.index, level, physical, contains)
                    found, present = self._values(kind, contains, part, entries)
                    values[part.event[entries[present]]] = found[present]
        return values

    def check(self) -> None:
        """Raise ``ConfigError`` if no payload that was read has the field."""
        if self._source is not None:
            return
        if not self._met:
            raise ConfigError(f"no event has a payload of {self._need.source}", file=OPTION)
        near = difflib.get_close_matches(str(self._need.path[0]), list(self._met), n=1)
        raise ConfigError(f"{self._need.source} has no {self._need.path[0]!r}", file=OPTION, nearest=near[0] if near else "")

    def _is_meant(self, level: int, physical: int) -> bool:
        return (level, physical) == self._alias if self._pattern is None else self._pattern.matches(level, physical)

    def _one_source(self, level: int, physical: int) -> None:
        if self._source is not None and self._source != (level, physical):
            names = " and ".join(source_text(number, 0, word) for number, word in (self._source, (level, physical)))
            raise ConfigError(f'{self._need.source} may be {names}; write source("...") with the one that is meant', file=OPTION)
        self._source = level, physical

    def _values(
        self, kind: PayloadType, contains: int, part: Stretch, entries: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Values and whether they can be used, shape (entries,)."""
        index = part.index[entries]
        path, head = self._need.path, kind.struct.head
        usable = index["damage"] == 0
        if kind.type_id == EBEAM:
            usable |= index["damage"] & ~np.uint32(Damage.USER_DEFINED | USER_BYTE) == 0
        if is_compressed(contains) or not _is_plain(kind.struct, path):
            pairs = zip(index, usable, strict=True)
            numbers = [self._decoded(kind, contains, part, entry) if good else np.nan for entry, good in pairs]
            return np.array(numbers, np.float64), usable
        usable &= index["size"] >= head.itemsize
        rows = np.zeros(len(index), head)
        rows[usable] = gather(part.buffer, index["offset"][usable].astype(np.int64), head)
        if kind.type_id == EBEAM:
            usable &= _ebeam_is_good(rows, head, str(path[0]), index["damage"])
        return self._picked(rows, kind.struct), usable

    def _picked(self, rows: NDArray[Any], struct: Struct) -> NDArray[np.float64]:
        """The field out of gathered payloads, shape (entries,)."""
        names = [name for name in self._need.path if isinstance(name, str)]
        found = column(rows, struct, ".".join(names))
        for position in self._need.path[len(names) :]:
            if found.ndim < 2 or int(position) >= found.shape[1]:
                raise ConfigError(f"{self._need}: there is no position {position}", file=OPTION)
            found = found[:, int(position)]
        if found.ndim != 1 or found.dtype.kind not in "iuf":
            raise self._not_a_number()
        return found.astype(np.float64)

    def _not_a_number(self) -> ConfigError:
        return ConfigError(f"{self._need} is not one number; pick one, like {self._need}[0]", file=OPTION)

    def _decoded(self, kind: PayloadType, contains: int, part: Stretch, entry: Any) -> float:
        """The value out of a whole decoded payload."""
        start = int(entry["offset"])
        payload = part.buffer[start : start + int(entry["size"])]
        try:
            data = decompress(payload) if is_compressed(contains) else payload
            record: Any = decode(kind, data, self._configs_of(int(entry["level"]), int(entry["physical"])))
        except DamagedData:
            return np.nan
        for step in self._need.path:
            try:
                # What an accessor converts is stored under nearly the same name; the converted value is what people mean.
                derived = record.get("derived", {}) if isinstance(record, dict) else {}
                record = derived[step] if step in derived else record[step]
            except (KeyError, IndexError, TypeError):
                return np.nan
        if not isinstance(record, int | float | np.number):
            raise self._not_a_number()
        return float(record)


def _entries(index: NDArray[Any], level: int, physical: int, contains: int) -> NDArray[np.int64]:
    """Positions of the payloads of one source and type."""
    return np.flatnonzero((index["level"] == level) & (index["physical"] == physical) & (index["contains"] == contains))


def _ebeam_is_good(rows: NDArray[Any], head: np.dtype[Any], name: str, damage: NDArray[Any]) -> NDArray[np.bool_]:
    """With user damage the mask says which values are bad; if it says nothing, none can be trusted."""
    names = [field for field in head.names or () if field != MASK]
    bit = np.uint32(1 << names.index(name)) if name in names else np.uint32(0)
    good: NDArray[np.bool_] = ((damage == 0) | (rows[MASK] != 0)) & (rows[MASK] & bit == 0)
    return good


def _names(struct: Struct) -> list[str]:
    """What a record of this structure has."""
    names = [item.name for item in struct.fields if not item.hidden]
    names += [part.name for item in struct.fields for part in item.bits]
    return names + [rule.name for rule in struct.derived if not rule.arguments]


def _leads_somewhere(struct: Struct, path: Path) -> bool:
    """Whether the structure has a field, a bit field or an accessor at the end of this path."""
    if not path or path[0] not in _names(struct):
        return False
    for item in struct.fields:
        if item.name == path[0] and isinstance(item.type, Struct):
            rest = path[2:] if item.shape and isinstance(path[1:2][0] if path[1:2] else None, int) else path[1:]
            return _leads_somewhere(item.type, rest)
    return True


def _is_plain(struct: Struct, path: Path) -> bool:
    """Whether the value lies at a fixed place, so that it can be read from many payloads at once."""
    names = [step for step in path if isinstance(step, str)]
    if any(isinstance(step, str) for step in path[len(names) :]):
        return False
    for item in struct.fields[: len(struct.head.names or ())]:
        if item.name == names[0] and not item.raw:
            return len(names) == 1 or (isinstance(item.type, Struct) and not item.shape and _is_plain(item.type, path[1:]))
        if any(part.name == names[0] and not part.raw for part in item.bits):
            return len(path) == 1
    return False
