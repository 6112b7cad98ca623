"""Cut and mutated bytes of LCLS-II through reader and pipeline: nothing but our own errors, and rows for what is left."""

import re
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import DamagedData, Unusable
from monitor.reader.sources.xtc2_files import Xtc2FileSource
from monitor.settings import Settings
from monitor.simulate.xtc2.layout import HSD, HSD_CONFIG, TIMING
from monitor.simulate.xtc2.play import Truth, beam, configuration, waves
from monitor.xtc2.names import FieldType
from monitor.xtc2.write import Layout, names, shapes_data
from tests.support.any_reader import read_any
from tests.support.xtc2_bytes import ALL, CONFIG, SETTING, at, camera, gmd, scan, short_stream, slow
from tests.support.xtc2_rows import results_of

F = FieldType
LINE = Layout(names_id=0x310, det_type="ttdet", det_name="tt", algorithm="ttalg", fields={"data": (F.UINT8, 1)})
OLD = Layout(names_id=0x311, det_type="ts", det_name="old", algorithm="ts", version=(1, 2, 3), fields={"data": (F.UINT8, 1)})
MUTATIONS = 60


def whole() -> bytes:
    """A stream with every kind of detector that has small payloads."""
    truth = Truth.of(3, 1)
    blocks = [names(layout) for layout in (*ALL, TIMING, *HSD, *HSD_CONFIG, LINE, OLD)]
    configure = at(2, 1, *blocks, shapes_data(CONFIG, SETTING), *configuration()[2])
    tail = np.zeros(16, np.uint8)
    tail[:5] = [0, 8, 0, 0, 2]
    line = shapes_data(LINE, {"data": np.concatenate([np.zeros(16 + 2048, np.uint8), tail])})
    old = shapes_data(OLD, {"data": np.arange(90) % 256})
    events = [
        at(12, 10 + i, gmd(i), camera(i), beam(truth, i, i)[0], *waves(truth, i), line, old) for i in range(len(truth.energy))
    ]
    return b"".join([configure, at(6, 2, scan(0)), at(10, 3, slow(1)), *events, at(7, 90)])


WHOLE = whole()


def rows_in(folder: Path, data: bytes) -> int:
    """Rows of such a file; 0 where it is refused as a whole."""
    path = folder / "synth0001-r0007-s000-c000.xtc2"
    path.write_bytes(data)
    try:
        results = list(results_of(Xtc2FileSource([path]), Settings()))
    except (DamagedData, Unusable):
        return 0
    # An exception of a reader would be counted under its type.
    assert not [text for result in results for text in result.trouble if re.search(r"\b\w+(Error|Exception)\b", text)]
    return sum(result.rows.count for result in results)


def test_the_whole_stream_has_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "synth0001-r0007-s000-c000.xtc2"
    path.write_bytes(WHOLE)
    (result,) = results_of(Xtc2FileSource([path]), Settings())
    assert result.rows.count == 3
    assert dict(result.trouble) == {"atm: no pedestals for atm-0|Opal1000-0; raw pixels are used": 1}
    assert {"tt/image", "old/eventcodes", "hsd_1/waveform", "atm/full_sum"} <= set(result.rows.columns)


def test_a_stream_that_ends_anywhere_gives_the_events_before(tmp_path: Path) -> None:
    ends = np.cumsum([0, *sizes(WHOLE)])
    event_ends = ends[4:7]
    for cut in sorted({*range(0, len(WHOLE), 997), *event_ends, *(event_ends - 1), *(event_ends + 1)}):
        assert rows_in(tmp_path, WHOLE[:cut]) == (event_ends <= cut).sum()


def test_a_short_stream_may_be_cut_at_every_byte(tmp_path: Path) -> None:
    data = b"".join(short_stream(3))
    ends = np.cumsum([0, *sizes(data)])
    for cut in range(len(data) + 1):
        assert rows_in(tmp_path, data[:cut]) == (ends[4:] <= cut).sum()


@pytest.mark.parametrize("seed", range(3))
def test_mutated_short_streams_raise_nothing_in_dump_summary_or_rows(seed: int) -> None:
    random, whole = np.random.default_rng(seed), np.frombuffer(b"\6" + b"".join(short_stream(4)), np.uint8)
    for _ in range(MUTATIONS):
        data = whole.copy()
        where = random.integers(1, len(data), random.integers(1, 12))
        data[where] = random.choice([0, 1, 2, 4, 127, 128, 255], len(where))
        read_any(data[: random.integers(1, len(data) + 1)].tobytes())


def sizes(data: bytes) -> list[int]:
    """Lengths of the datagrams."""
    found, place = [], 0
    while place < len(data):
        found.append(12 + int.from_bytes(data[place + 20 : place + 24], "little"))
        place += found[-1]
    return found


@pytest.mark.parametrize("seed", range(4))
def test_mutated_bytes_raise_nothing_and_events_are_never_invented(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    start = 0 if seed % 2 else sum(sizes(WHOLE)[:3])
    for _ in range(MUTATIONS):
        data = np.frombuffer(WHOLE, np.uint8).copy()
        where = random.integers(start, len(data), random.integers(1, 12))
        data[where] = random.choice([0, 1, 2, 4, 127, 128, 255], len(where))
        assert rows_in(tmp_path, data.tobytes()) <= len(data) // 24


@pytest.mark.parametrize("word", [0, 1, 0x7FFF_FFFF, 0xFFFF_FFFF, 0x8000_0000])
def test_any_word_of_a_payload_may_be_anything(tmp_path: Path, word: int) -> None:
    event = sum(sizes(WHOLE)[:3])
    heads = [place for place in range(event, event + sizes(WHOLE)[3], 4) if place - event < 600 or place % 64 == 0]
    for place in heads:
        data = bytearray(WHOLE)
        data[place : place + 4] = word.to_bytes(4, "little")
        rows_in(tmp_path, bytes(data))
