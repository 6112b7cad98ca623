"""XTC2 files as a source: several streams, chunks, small data, and files that end badly."""

from pathlib import Path

import numpy as np
import pytest

from monitor.errors import DamagedData, Unusable
from monitor.model.place import FilePlace
from monitor.reader.block import EventBlock
from monitor.reader.sources.xtc2_files import Xtc2FileSource
from monitor.xtc2.header import Transition
from monitor.xtc2.heads import heads
from monitor.xtc2.names import FieldType
from monitor.xtc2.write import Layout, names, shapes_data
from tests.monitor.xtc2.test_chunk import INFO
from tests.support.xtc2_bytes import ALL, at, gmd, stream

SMALL_INFO = Layout(
    names_id=0x20000,
    det_type="offset",
    det_name="smdinfo",
    algorithm="offsetAlg",
    fields={"intOffset": (FieldType.UINT64, 0), "intDgramSize": (FieldType.UINT64, 0)},
)


def written(path: Path, *datagrams: bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"".join(datagrams))
    return path


def clocks(source: Xtc2FileSource) -> list[tuple[str, int]]:
    """File and clock of each piece of each event; the clock is read from the file."""
    found = []
    while blocks := source.read(2):
        for block in blocks:
            if isinstance(block, EventBlock):
                for piece in block.pieces:
                    place = block.places[piece["place"]]
                    assert isinstance(place, FilePlace)
                    one = heads(np.fromfile(place.path, np.uint8), int(piece["offset"]), most=1).table[0]
                    assert one["length"] == piece["length"]
                    found.append((Path(place.path).name, int(one["timestamp"]) & 0xFFFF_FFFF))
    assert source.finished
    return found


def chunks(folder: Path, *, second: str = "other-name.xtc2") -> Path:
    """Two chunks; the first, which is given back, names the second."""
    configure = at(Transition.CONFIGURE, 1, *map(names, (*ALL, INFO)))
    link = at(Transition.ENABLE, 20, shapes_data(INFO, {"filename": second, "chunkid": 1}))
    written(folder / "other-name.xtc2", at(Transition.L1ACCEPT, 21, gmd(1)), at(Transition.END_RUN, 22))
    return written(folder / "a-r0001-s000-c000.xtc2", configure, at(Transition.L1ACCEPT, 10, gmd(0)), link)


def test_streams_are_joined(tmp_path: Path) -> None:
    first = written(tmp_path / "a-r0007-s000-c000.xtc2", *stream(3))
    second = written(tmp_path / "a-r0007-s001-c000.xtc2", *stream(1))
    source = Xtc2FileSource([second, first])
    assert clocks(source) == [(first.name, 10), (second.name, 10), (first.name, 11), (first.name, 12)]
    assert (source.total_events, source.counts) == (3, {})


def test_runs_follow_one_another(tmp_path: Path) -> None:
    paths = [written(tmp_path / f"a-r000{run}-s000-c000.xtc2", *stream(2)) for run in (8, 7)]
    assert [name for name, _ in clocks(Xtc2FileSource(paths))] == [paths[1].name] * 2 + [paths[0].name] * 2


@pytest.mark.parametrize("both", [False, True])
def test_a_chunk_is_found_by_the_name_that_the_one_before_it_gives(tmp_path: Path, both: bool) -> None:
    first = chunks(tmp_path)
    source = Xtc2FileSource([tmp_path / "other-name.xtc2", first] if both else [first])
    assert clocks(source) == [(first.name, 10), ("other-name.xtc2", 21)]
    assert source.counts == {}


def test_a_chunk_that_names_itself_is_read_once(tmp_path: Path) -> None:
    first = chunks(tmp_path, second="a-r0001-s000-c000.xtc2")
    assert clocks(Xtc2FileSource([first])) == [(first.name, 10)]


def test_chunks_that_name_one_another_are_read_once(tmp_path: Path) -> None:
    link = [at(Transition.ENABLE, 20 + i, shapes_data(INFO, {"filename": f"{i}.xtc2", "chunkid": 1})) for i in (0, 1)]
    paths = [written(tmp_path / f"{i}.xtc2", at(Transition.L1ACCEPT, 10 + i), link[1 - i]) for i in (0, 1)]
    assert len(clocks(Xtc2FileSource(paths))) == 2


def test_a_missing_chunk_is_named(tmp_path: Path) -> None:
    source = Xtc2FileSource([chunks(tmp_path, second="gone.xtc2")])
    assert len(clocks(source)) == 1
    assert source.counts == {"gone.xtc2: next chunk of the stream is missing": 1}


def small(folder: Path, *places: tuple[int, int]) -> Path:
    """Small data of a run whose events are at these places."""
    configure = at(Transition.CONFIGURE, 1, *map(names, (*ALL, SMALL_INFO)))
    values = [{"intOffset": offset, "intDgramSize": size} for offset, size in places]
    events = [at(Transition.L1ACCEPT, 10 + i, shapes_data(SMALL_INFO, one)) for i, one in enumerate(values)]
    return written(folder / "smalldata" / "a-r0007-s000-c000.smd.xtc2", configure, *events)


def test_small_data_lead_to_the_big_file(tmp_path: Path) -> None:
    data = stream(3)
    big = written(tmp_path / "a-r0007-s000-c000.xtc2", *data)
    starts = np.cumsum([0, *map(len, data)]).tolist()
    path = small(tmp_path, *[(starts[i], len(data[i])) for i in (5, 6, 7)])
    assert clocks(Xtc2FileSource([path])) == [(big.name, 10), (big.name, 11), (big.name, 12)]


def test_events_that_are_not_where_the_small_data_say_are_counted(tmp_path: Path) -> None:
    size = written(tmp_path / "a-r0007-s000-c000.xtc2", *stream(3)).stat().st_size
    places = [(size, 1), (0, size + 1), (2**63, 100), (2**64 - 1, 2**64 - 1), (0, 0), (2**62, 2**32)]
    source = Xtc2FileSource([small(tmp_path, *places)])
    assert clocks(source) == []
    assert source.counts == {"a-r0007-s000-c000.xtc2: event is not where the small data say": len(places)}


def test_without_the_big_file_every_event_is_counted(tmp_path: Path) -> None:
    source = Xtc2FileSource([small(tmp_path, (0, 24))])
    assert clocks(source) == []
    assert sum(source.counts.values()) == 1


def test_a_cut_file_gives_its_whole_events_and_is_named(tmp_path: Path) -> None:
    data = b"".join(stream(3)[:8])
    source = Xtc2FileSource([written(tmp_path / "a-r0007-s000-c000.xtc2", data[:-1])])
    assert len(clocks(source)) == 2
    (text,) = source.counts
    assert text.startswith("a-r0007-s000-c000.xtc2: file ends inside a datagram at byte ")


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unusable):
        Xtc2FileSource([tmp_path / "a.xtc2"])
    with pytest.raises(DamagedData):
        Xtc2FileSource([written(tmp_path / "a.xtc2", b"text" * 20)])
