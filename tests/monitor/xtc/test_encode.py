import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import DamagedData
from monitor.xtc.decode import decode, decode_epics
from monitor.xtc.encode import encode, encode_epics
from monitor.xtc.summary import plain_record
from monitor.xtc.types import EPICS_LAYOUTS, TYPES
from tests.support.golden_xtc import Sample, epics_payloads, samples

FILES = ("zoo12345-r0001-s00-c00.xtc", "zoo12345-r0002-s00-c00.xtc.gz", "e81-r0098-s00-c00.xtc", "xppn4116-r0137-s00-c00.xtc.gz")
UNIQUE = {sample.kind: sample for file in FILES for sample in samples(file)}.values()
WHOLE = (
    *(
        "Bld.BldDataEBeamV3",
        "Bld.BldDataPhaseCavity",
        "Bld.BldDataFEEGasDetEnergy",
        "Ipimb.DataV2",
        "Lusi.IpmFexV1",
        "EvrData.DataV3",
    ),
    *("Lusi.IpmFexConfigV2", "Jungfrau.ConfigV3", "Jungfrau.ElementV2", "CsPad.ConfigV5", "Epix.Config100aV2", "L3T.DataV2"),
)
"""Structures without padding or text, so that every byte must come back."""


@pytest.mark.parametrize("sample", UNIQUE, ids=lambda sample: sample.kind.struct.name)
def test_encoding_undoes_decoding(sample: Sample) -> None:
    record = decode(sample.kind, sample.payload, sample.configs)
    data = np.frombuffer(encode(sample.kind, record, sample.configs), np.uint8)
    again = decode(sample.kind, data, sample.configs)
    assert plain_record(again, sample.kind.struct) == plain_record(record, sample.kind.struct)
    assert len(data) % 4 == 0
    if sample.kind.struct.name in WHOLE:
        assert data.tobytes() == sample.payload.tobytes()


@pytest.mark.parametrize("payload", epics_payloads(FILES[2])[:12], ids=lambda data: f"{data[2]}-{len(data)}")
def test_epics_values_survive_encoding(payload: np.ndarray) -> None:
    record = decode_epics(payload)
    layout = EPICS_LAYOUTS[record["dbrType"]]
    again = decode_epics(np.frombuffer(encode_epics(record["dbrType"], record), np.uint8))
    assert plain_record(again, layout) == plain_record(record, layout)


@given(st.lists(st.floats(width=64, allow_nan=False), min_size=10, max_size=10), st.integers(0, 0xFFFFFFFF))
def test_a_packed_structure_is_its_numbers_one_behind_the_other(values: list[float], mask: int) -> None:
    names = [item.name for item in TYPES[15, 3].struct.fields]
    assert encode(TYPES[15, 3], dict(zip(names, [mask, *values], strict=True))) == struct.pack("<I10d", mask, *values)


@settings(deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 0xFFFFFFFF)] * 3), max_size=5))
def test_a_missing_count_is_taken_from_what_it_counts(codes: list[tuple[int, int, int]]) -> None:
    names = ("timestampHigh", "timestampLow", "eventCode")
    data = encode(TYPES[19, 3], {"fifoEvents": [dict(zip(names, code, strict=True)) for code in codes]})
    assert data == struct.pack("<I", len(codes)) + b"".join(struct.pack("<III", *code) for code in codes)


def test_bit_fields_are_put_together_in_their_word() -> None:
    data = encode(TYPES[10, 1], {"events": 240, "uses_events": 1})
    assert struct.unpack_from("<I", data) == (1 << 31 | 240,)


def test_missing_fields_are_zero() -> None:
    assert encode(TYPES[107, 4], {}) == bytes(828)


def test_odd_sizes_are_padded() -> None:
    image = {"width": 3, "height": 1, "depth": 8, "_int_pixel_data": np.array([1, 2, 3], np.uint8)}
    assert encode(TYPES[2, 1], image) == struct.pack("<4I", 3, 1, 8, 0) + b"\1\2\3\0"


def test_an_array_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        encode(TYPES[31, 1], {"channel": [1.0, 2.0]})


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        encode(TYPES[10, 1], {"pvControls": [{"name": "x" * 33}]})


def test_a_frame_cannot_be_written_without_its_configuration() -> None:
    with pytest.raises(DamagedData, match="configuration"):
        encode(TYPES[108, 2], {})
