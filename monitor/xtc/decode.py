"""Payload bytes to records by the table, and where an array (a frame) lies in a payload."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData
from monitor.xtc.fields import Payload, array_layout, decode_struct, embedded_config, read_field, record_shape
from monitor.xtc.layout import Struct
from monitor.xtc.scope import Record, RecordScope
from monitor.xtc.types import BY_STRUCT, EPICS_LAYOUTS, PayloadType

Configs = Mapping[tuple[int, int], Record]
"""Decoded configuration payloads of the same source, by type id and version."""

DBR_TYPE_OFFSET = 2


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """An array field of a payload.

    Attributes
    ----------
    offset
        Of its first byte, from the start of the payload.
    dtype, shape
        Of its elements; the bytes are contiguous and inside the payload.
    beside
        The fields that come before it in the same structure (the quad number of a CsPad element, the width of a frame).
    """

    offset: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    beside: Record

    @property
    def nbytes(self) -> int:
        """Bytes it takes up."""
        return math.prod(self.shape) * self.dtype.itemsize

    def view(self, payload: Payload) -> NDArray[Any]:
        """The array itself, a view of the payload, not aligned."""
        return payload[self.offset : self.offset + self.nbytes].view(self.dtype).reshape(self.shape)


def decode(kind: PayloadType, payload: Payload, configs: Configs = {}) -> Record:  # noqa: B006  # an empty mapping is never written
    """Record of one payload.

    Parameters
    ----------
    kind
        From ``monitor.xtc.types.TYPES``.
    payload
        Bytes behind the XTC header, decompressed, shape (n,); padding at the end is allowed.
    configs
        Configuration of the same source; needed if ``kind.config`` is not empty.

    Returns
    -------
    dict
        Fields under the names of the facility's description: int, float (``numpy.float32`` for single precision), str, arrays as
        views of ``payload``, nested records and lists of records; bit fields lie flat; accessors under ``"derived"``.

    Raises
    ------
    DamagedData
        If the payload is shorter than its layout or the configuration is missing.
    """
    record, _ = decode_struct(kind.struct, np.asarray(payload), config_scope(kind, configs))
    return record


def decode_epics(payload: Payload) -> Record:
    """Record of an EPICS value (type 13, version 1); its second word selects the layout.

    Raises
    ------
    DamagedData
        If the payload is too short or the DBR type is unknown.
    """
    record, _ = decode_struct(epics_layout(payload), np.asarray(payload))
    return record


def epics_layout(payload: Payload) -> Struct:
    """Layout of an EPICS payload."""
    if len(payload) < DBR_TYPE_OFFSET + 2:
        raise DamagedData(f"an EPICS value has at least 4 bytes, this one has {len(payload)}", offset=0)
    dbr = int(payload[DBR_TYPE_OFFSET : DBR_TYPE_OFFSET + 2].view("<i2")[0])
    if dbr not in EPICS_LAYOUTS:
        raise DamagedData(f"EPICS type {dbr} has no layout", offset=DBR_TYPE_OFFSET)
    return EPICS_LAYOUTS[dbr]


def config_type(kind: PayloadType, configs: Configs) -> PayloadType | None:
    """The newest configuration type at hand that can size this payload."""
    for name in reversed(kind.config):
        config = BY_STRUCT[name]
        if (config.type_id, config.version) in configs:
            return config
    return None


def config_scope(kind: PayloadType, configs: Configs) -> RecordScope | None:
    """Names of the configuration that sizes this payload; None if it needs none.

    Raises
    ------
    DamagedData
        If it needs one and there is none.
    """
    if not kind.config:
        return None
    config = config_type(kind, configs)
    if config is None:
        raise DamagedData(
            f"{kind.name} version {kind.version} needs a configuration ({', '.join(kind.config)}) and none was recorded"
        )
    return RecordScope(config.struct, configs[config.type_id, config.version])


def field_place(kind: PayloadType, field: str, payload: Payload, configs: Configs = {}) -> FieldPlace:  # noqa: B006  # never written
    """Place of a field that the payload has once: ``frame`` of a Jungfrau or Epix element.

    Raises
    ------
    DamagedData
        If the payload is too short or the configuration is missing.
    KeyError
        If the layout has no such field, or has it more than once (use ``field_places``).
    """
    places = field_places(kind, field, payload, configs)
    if len(places) != 1:
        raise KeyError(f"{kind.name} version {kind.version} has {field!r} {len(places)} times")
    return places[0]


def field_places(kind: PayloadType, field: str, payload: Payload, configs: Configs = {}) -> list[FieldPlace]:  # noqa: B006  # never written
    """Places of a field in file order.

    Parameters
    ----------
    kind, payload, configs
        As for ``decode``.
    field
        Name of an array field, with the structures it lies in: ``frame``, ``quads.data`` (one place per quad).

    Raises
    ------
    DamagedData
        If the payload is too short or the configuration is missing.
    KeyError
        If the layout has no such field.
    """
    places: list[FieldPlace] = []
    _collect(kind.struct, field.split("."), np.asarray(payload), config_scope(kind, configs), 0, places)
    return places


def _collect(
    struct: Struct, path: list[str], payload: Payload, config: RecordScope | None, offset: int, places: list[FieldPlace]
) -> int:
    """Add the places of ``path`` in the structure at ``offset``; return the offset behind the structure."""
    scope, start = RecordScope(struct, {}, config), offset
    target = struct.field(path[0])
    if isinstance(target.type, Struct) == (len(path) == 1):
        raise KeyError(f"{struct.name}.{'.'.join(path)} is not an array field")
    for item in struct.fields:
        if item is not target:
            offset = read_field(item, scope, payload, offset)
        elif isinstance(item.type, Struct):
            inner = embedded_config(item.type, scope)
            for _ in range(math.prod(record_shape(item, item.type, scope, payload, offset))):
                offset = _collect(item.type, path[1:], payload, inner, offset, places)
        else:
            place = FieldPlace(offset, *array_layout(item, scope, len(payload) - offset), dict(scope.record))
            places.append(place)
            offset = read_field(item, scope, payload, offset)
    return start + struct.padded(offset - start)
