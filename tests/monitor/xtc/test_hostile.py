"""Damaged bytes cost their payload: nothing but ``DamagedData`` comes out, quickly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import DamagedData
from monitor.xtc.compression import decompress
from monitor.xtc.decode import decode, decode_epics
from monitor.xtc.dump import Dump
from monitor.xtc.types import TYPES
from tests.support.golden_xtc import COMMITTED, Sample, contents, epics_payloads, samples

ZOO = [*samples("zoo12345-r0001-s00-c00.xtc"), *(s for s in samples("zoo12345-r0002-s00-c00.xtc.gz") if len(s.payload) < 5000)]
SMALL = {sample.kind: sample for sample in ZOO}.values()
CUTS = 25


def sample_name(sample: Sample) -> str:
    return sample.kind.struct.name


@pytest.mark.parametrize("sample", SMALL, ids=sample_name)
def test_a_cut_payload_is_damaged_data_or_only_lost_its_padding(sample: Sample) -> None:
    whole = decode(sample.kind, sample.payload, sample.configs)
    for cut in np.unique(np.linspace(0, len(sample.payload), CUTS, dtype=int, endpoint=False)):
        try:
            record = decode(sample.kind, sample.payload[:cut], sample.configs)
        except DamagedData:
            continue
        assert record.keys() == whole.keys()
        assert cut >= sample.kind.struct.smallest


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(ZOO), st.data())
def test_a_payload_with_wrong_bytes_decodes_or_is_damaged_data(sample: Sample, data: st.DataObject) -> None:
    broken = sample.payload.copy()
    for place in data.draw(st.lists(st.integers(0, min(len(broken), 200) - 1), max_size=6)):
        broken[place] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]))
    configs = dict(sample.configs)
    try:
        configs[sample.kind.type_id, sample.kind.version] = decode(sample.kind, broken, configs)
    except DamagedData:
        return
    for other in ZOO:
        if sample.kind.struct.name in other.kind.config:
            try:
                decode(other.kind, other.payload, configs)
            except DamagedData:
                continue


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(sorted(TYPES)), st.binary(max_size=400), st.booleans())
def test_random_bytes_decode_or_are_damaged_data(key: tuple[int, int], data: bytes, ones: bool) -> None:
    kind = TYPES[key]
    fill = bytes([255 * ones]) * 300
    configs = {}
    for name in kind.config:
        config = next(entry for entry in TYPES.values() if entry.struct.name == name)
        try:
            configs[config.type_id, config.version] = decode(config, np.frombuffer(data + fill, np.uint8))
        except DamagedData:
            continue
    try:
        decode(kind, np.frombuffer(data, np.uint8), configs)
    except DamagedData:
        return


@pytest.mark.parametrize("payload", epics_payloads("e81-r0098-s00-c00.xtc")[:12], ids=lambda data: f"{data[2]}-{len(data)}")
def test_a_cut_epics_value_is_damaged_data_or_only_lost_its_padding(payload: np.ndarray) -> None:
    whole = decode_epics(payload)
    for cut in range(len(payload) - 8):
        try:
            record = decode_epics(payload[:cut])
        except DamagedData:
            continue
        assert record["numElements"] == whole["numElements"]


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_file_with_wrong_bytes_dumps_to_its_end(data: st.DataObject) -> None:
    broken = contents(COMMITTED / "xpptut15-r0300-s00-c00.xtc").copy()
    for _ in range(data.draw(st.integers(1, 12))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    lines = list(Dump(broken[: data.draw(st.integers(0, len(broken)))]).lines())
    assert [line["k"] for line in lines].count("end") == 1
    assert lines[-1]["k"] == "end"


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=300))
def test_random_bytes_never_decompress_to_anything_but_bytes_or_damage(data: bytes) -> None:
    try:
        assert decompress(np.frombuffer(data, np.uint8)).dtype == np.uint8
    except DamagedData:
        return
