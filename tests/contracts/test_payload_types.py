"""What every line of the table of payload types must fulfil; a new type is tested without being mentioned here."""

from typing import Any

import numpy as np
import pytest

from monitor.errors import DamagedData
from monitor.xtc.decode import decode, decode_epics
from monitor.xtc.encode import encode, encode_epics
from monitor.xtc.layout import REST, Struct
from monitor.xtc.types import BY_STRUCT, EPICS_LAYOUTS, TYPES, PayloadType

ENTRIES = [
    pytest.param(kind, id=kind.struct.name) for kind in sorted(TYPES.values(), key=lambda kind: (kind.type_id, kind.version))
]

LARGER = {"payloadSizePerLink": 32}
"""Where one is less than any device can have."""


def bytes_of(data: bytes) -> np.ndarray:
    return np.frombuffer(data, np.uint8)


def ones(struct: Struct) -> dict[str, Any]:
    """A record with one in every count, switch and register."""
    record: dict[str, Any] = {}
    for item in struct.fields:
        if isinstance(item.type, Struct):
            record |= {} if item.shape else {item.name: ones(item.type)}
        elif not item.shape and item.type != "S1":
            record |= {part.name: 1 for part in item.bits} or {item.name: LARGER.get(item.name, 1 - item.hidden)}
    return record


def configs_for(kind: PayloadType) -> dict[tuple[int, int], dict[str, Any]]:
    configs = [BY_STRUCT[name] for name in kind.config[-1:]]
    return {(config.type_id, config.version): decode(config, bytes_of(encode(config, ones(config.struct)))) for config in configs}


@pytest.mark.parametrize("kind", ENTRIES)
def test_a_payload_of_ones_survives_writing_and_reading(kind: PayloadType) -> None:
    configs = configs_for(kind)
    data = encode(kind, ones(kind.struct), configs)
    record = decode(kind, bytes_of(data), configs)
    assert encode(kind, record, configs) == data
    for name, value in ones(kind.struct).items():
        assert name not in record or isinstance(value, dict) or record[name] == value


@pytest.mark.parametrize("kind", ENTRIES)
def test_an_empty_payload_is_damaged_data_unless_the_layout_is_empty(kind: PayloadType) -> None:
    if kind.struct.fields and REST not in kind.struct.fields[0].shape:
        with pytest.raises(DamagedData):
            decode(kind, bytes_of(b""), configs_for(kind))
    else:
        assert decode(kind, bytes_of(b""), configs_for(kind)) is not None


@pytest.mark.parametrize("kind", [entry for entry in ENTRIES if entry.values[0].dtype and entry.values[0].dtype.itemsize])
def test_a_column_holds_what_decoding_finds(kind: PayloadType) -> None:
    dtype = kind.dtype
    assert dtype is not None
    payload = np.random.default_rng(7).integers(0, 256, dtype.itemsize, dtype=np.uint8)
    record, row = decode(kind, payload, configs_for(kind)), payload.view(dtype)
    for item in kind.struct.fields:
        if item.hidden or isinstance(item.type, Struct) or item.type == "S1":
            continue
        np.testing.assert_array_equal(np.asarray(record[item.name]), row[item.name][0])


@pytest.mark.parametrize("dbr_type", EPICS_LAYOUTS)
def test_an_epics_value_of_every_kind_survives_writing_and_reading(dbr_type: int) -> None:
    layout = EPICS_LAYOUTS[dbr_type]
    data = encode_epics(dbr_type, {**ones(layout), "numElements": 3})
    record = decode_epics(bytes_of(data))
    assert len(record["data"]) == 3
    assert encode_epics(dbr_type, record) == data
