import struct

import numpy as np
import pytest

from monitor.errors import DamagedData
from monitor.xtc.decode import decode, decode_epics, field_place, field_places
from monitor.xtc.types import TYPES
from tests.support.golden_xtc import samples


def payload(*pieces: bytes) -> np.ndarray:
    return np.frombuffer(b"".join(pieces), np.uint8)


def test_event_codes_come_as_records() -> None:
    data = payload(struct.pack("<I", 2), struct.pack("<III", 780, 1500, 140), struct.pack("<III", 780, 1511, 90))
    assert decode(TYPES[19, 3], data) == {
        "numFifoEvents": 2,
        "fifoEvents": [
            {"timestampHigh": 780, "timestampLow": 1500, "eventCode": 140},
            {"timestampHigh": 780, "timestampLow": 1511, "eventCode": 90},
        ],
    }


def test_a_scan_variable_is_text_and_number() -> None:
    head = struct.pack("<IIIIII", 1 << 31 | 120, 0, 5, 7, 1, 0)
    record = decode(TYPES[10, 1], payload(head, b"fs2:ramp\0junk".ljust(32, b"\0"), struct.pack("<Id", 0xFFFFFFFF, -2.5)))
    assert (record["events"], record["uses_events"], record["uses_duration"]) == (120, 1, 0)
    assert record["duration"] == {"nanoseconds": 5, "seconds": 7}
    assert record["pvControls"] == [{"name": "fs2:ramp", "index": 0xFFFFFFFF, "value": -2.5, "derived": {"array": 0}}]
    assert record["pvMonitors"] == []


def test_ipimb_counts_become_volts_and_the_trigger_counter_is_put_in_order() -> None:
    data = payload(struct.pack("<4H", 1, 2, 3, 4), struct.pack("<12H", 0, 0, 0, 65535, 13107, 0, 0, 0, 0, 0, 0, 0))
    derived = decode(TYPES[22, 2], data)["derived"]
    assert derived["channel0Volts"] == 5.0
    assert derived["channel1Volts"] == 1.0
    assert derived["triggerCounter"] == 1 << 48 | 2 << 32 | 3 << 16 | 4


def test_arrays_are_views_of_the_payload() -> None:
    data = np.zeros(16 + 12, np.uint8)
    data[:16] = payload(struct.pack("<4I", 3, 2, 12, 32))
    image = decode(TYPES[2, 1], data)["derived"]["data16"]
    data[16 + 2 * 4] = 7
    assert image.tolist() == [[0, 0, 0], [0, 7, 0]]


def test_an_epics_value_is_read_by_its_dbr_type() -> None:
    data = payload(
        struct.pack("<hhh", 9, 15, 2), bytes(2), struct.pack("<hhIIh", 1, 2, 3, 4, 0), struct.pack("<hh", -5, 6), bytes(2)
    )
    record = decode_epics(data)
    assert record["pvId"] == 9
    assert record["dbr"] == {"status": 1, "severity": 2, "stamp": {"sec": 3, "nsec": 4}}
    assert record["data"].tolist() == [-5, 6]


@pytest.mark.parametrize("data", [b"", b"\1\0", b"\1\0\x63\0\1\0", struct.pack("<hhh", 9, 15, -1) + bytes(40)])
def test_a_broken_epics_value_is_damaged_data(data: bytes) -> None:
    with pytest.raises(DamagedData):
        decode_epics(np.frombuffer(data, np.uint8))


def test_a_payload_that_needs_its_configuration_says_so() -> None:
    with pytest.raises(DamagedData, match="needs a configuration"):
        decode(TYPES[108, 2], np.zeros(100, np.uint8))


def test_a_count_beyond_the_payload_is_not_believed() -> None:
    with pytest.raises(DamagedData, match="fifoEvents"):
        decode(TYPES[19, 3], payload(struct.pack("<I", 0x7FFFFFFF), bytes(24)))


def test_a_configuration_that_divides_by_zero_costs_its_frames_only() -> None:
    broken = decode(TYPES[18, 1], np.zeros(40, np.uint8))
    assert "numPixelsX" not in broken.get("derived", {})
    with pytest.raises(DamagedData, match="not known"):
        decode(TYPES[17, 1], np.zeros(100, np.uint8), {(18, 1): broken})


@pytest.mark.parametrize(
    "sizes", [(0x7FFFFFFF, 0x7FFFFFFF, 0), (0x7FFFFFFF,) * 3, (0xFFFFFFFF, 0, 0), (1 << 16, 1 << 16, 1 << 16)]
)
def test_a_shape_that_no_memory_holds_is_damaged_data(sizes: tuple[int, int, int]) -> None:
    config = dict(zip(("numberOfModules", "numberOfRowsPerModule", "numberOfColumnsPerModule"), sizes, strict=True))
    with pytest.raises(DamagedData):
        decode(TYPES[108, 1], np.zeros(100, np.uint8), {(107, 4): config})


def test_the_newest_configuration_at_hand_sizes_the_payload() -> None:
    old = {"numberOfModules": 1, "numberOfRowsPerModule": 1, "numberOfColumnsPerModule": 1}
    new = {"numberOfModules": 1, "numberOfRowsPerModule": 2, "numberOfColumnsPerModule": 3}
    element = decode(TYPES[108, 1], np.arange(24, dtype=np.uint8), {(107, 1): old, (107, 4): new})
    assert element["frame"].shape == (1, 2, 3)


def test_the_place_of_a_frame_is_where_decoding_finds_it() -> None:
    sample = next(s for s in samples("zoo12345-r0001-s00-c00.xtc") if s.kind.struct.name == "Jungfrau.ElementV2")
    place = field_place(sample.kind, "frame", sample.payload, sample.configs)
    frame = decode(sample.kind, sample.payload, sample.configs)["frame"]
    assert place.view(sample.payload).tobytes() == frame.tobytes()
    assert np.shares_memory(place.view(sample.payload), frame)
    assert place.beside["fiducials"] == int(sample.payload[12:16].view("<u4")[0])


def test_each_quad_has_its_own_place_and_number() -> None:
    sample = next(s for s in samples("zoo12345-r0002-s00-c00.xtc.gz") if s.kind.struct.name == "CsPad.DataV1")
    places = field_places(sample.kind, "quads.data", sample.payload, sample.configs)
    quads = decode(sample.kind, sample.payload, sample.configs)["quads"]
    assert [place.beside["quad"] for place in places] == [quad["quad"] for quad in quads]
    assert all(np.array_equal(place.view(sample.payload), quad["data"]) for place, quad in zip(places, quads, strict=True))


@pytest.mark.parametrize("field", ["nothing", "quads", "quads.nothing", "quads.data.deeper"])
def test_a_field_that_is_no_array_has_no_place(field: str) -> None:
    sample = next(s for s in samples("zoo12345-r0002-s00-c00.xtc.gz") if s.kind.struct.name == "CsPad.DataV1")
    with pytest.raises(KeyError):
        field_place(sample.kind, field, sample.payload, sample.configs)
