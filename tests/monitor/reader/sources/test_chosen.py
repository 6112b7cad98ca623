"""A choice of events: the same as in the whole run, with the state that holds."""

from pathlib import Path

import numpy as np
import pytest

from monitor.errors import ConfigError, Unusable
from monitor.reader.block import Block, EventBlock
from monitor.reader.sources.choice import source_of
from monitor.reader.sources.files import FileSource
from monitor.settings import Settings
from monitor.xtc.index_file import parse_index
from tests.support.flat import flat
from tests.support.index_file import index_bytes
from tests.support.xtc_bytes import run_streams


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run of 3 steps with 10 events each over 2 DAQ streams in 2 chunks, with a camera 3 s ahead, and its indexes."""
    (tmp_path / "index").mkdir()
    for number, data in run_streams(steps=3, events=10, daq=2, camera=True).items():
        for chunk, part in enumerate((data[:12], data[12:])):
            name = f"xpptut15-r0012-s{number:02d}-c{chunk:02d}.xtc"
            (tmp_path / name).write_bytes(b"".join(part))
            (tmp_path / "index" / f"{name}.idx").write_bytes(index_bytes(part, name))
    return tmp_path


def read(settings: dict[str, object], max_events: int = 4) -> list[Block]:
    source = source_of(Settings.model_validate({"source": settings}))
    blocks = []
    while more := source.read(max_events):
        blocks += more
    assert source.finished
    source.close()
    return blocks


def events(blocks: list[Block]) -> list[Block]:
    return [block for block in blocks if isinstance(block, EventBlock)]


def files(folder: Path) -> dict[str, object]:
    return {"files": [str(folder / "*.xtc")]}


@pytest.mark.parametrize(("choice", "first", "stop"), [("0", 0, 1), ("7", 7, 8), ("8:23", 8, 23), ("25:", 25, 30)])
def test_chosen_events_are_those_of_the_whole_run(folder: Path, choice: str, first: int, stop: int) -> None:
    whole = flat(events(read(files(folder))))
    assert flat(events(read({**files(folder), "events": choice}))) == whole[first:stop]


def test_a_time_finds_its_event(folder: Path) -> None:
    whole = read(files(folder))
    ids = np.concatenate([block.events for block in whole if isinstance(block, EventBlock)])
    wanted = f"{ids['seconds'][17]}.{ids['nanoseconds'][17]:09d}"
    assert flat(events(read({**files(folder), "times": wanted}))) == flat(events(whole))[17:18]


@pytest.mark.parametrize(("choice", "first", "stop"), [("0", 0, 1), ("7", 7, 8), ("8:23", 8, 23), ("25:", 25, 30)])
def test_an_index_leads_to_the_same_events_in_the_same_steps(folder: Path, choice: str, first: int, stop: int) -> None:
    whole = flat(events(read(files(folder))))
    found = flat(events(read({"dataset": f"exp=xpptut15:run=12:dir={folder}:idx", "events": choice})))
    assert [(one, where) for one, where, *_ in found] == [(one, where) for one, where, *_ in whole[first:stop]]
    assert [(s.step, dict(s.configs)) for *_, s in found] == [(s.step, dict(s.configs)) for *_, s in whole[first:stop]]


def test_epics_values_behind_a_jump_are_unknown_or_right(folder: Path) -> None:
    whole = flat(events(read(files(folder))))
    found = flat(events(read({"dataset": f"exp=xpptut15:run=12:dir={folder}:idx", "events": "8:"})))
    unknown = 0
    for (_, _, here, _), (_, _, there, _) in zip(found, whole[8:], strict=True):
        value, right = np.frombuffer(here), np.frombuffer(there)
        unknown += np.isnan(value).sum()
        np.testing.assert_array_equal(value[~np.isnan(value)], right[~np.isnan(value)])
    assert 0 < unknown < 2 * len(found)


def test_a_jump_does_not_read_what_lies_before(folder: Path) -> None:
    for path in folder.glob("*-c00.xtc"):
        data = bytearray(path.read_bytes())
        first = int(parse_index((folder / "index" / f"{path.name}.idx").read_bytes()).events["offset"][0])
        data[first + 36 : first + 40] = b"\xff\xff\xff\xff"
        path.write_bytes(data)
    (block,) = events(read({"dataset": f"exp=xpptut15:run=12:dir={folder}:idx", "events": "28"}))
    assert isinstance(block, EventBlock)
    assert block.events["vector"].tolist() == [28]


def test_a_missing_index_is_named(folder: Path) -> None:
    (folder / "index" / "xpptut15-r0012-s01-c01.xtc.idx").unlink()
    with pytest.raises(Unusable, match=r"no index .*s01-c01\.xtc\.idx; leave out idx"):
        read({"dataset": f"exp=xpptut15:run=12:dir={folder}:idx"})


def test_growing_files_and_several_runs_have_no_choice(folder: Path) -> None:
    growing = folder / "xpptut15-r0013-s00-c00.xtc.inprogress"
    growing.write_bytes(b"".join(run_streams(daq=1)[0]))
    with pytest.raises(ConfigError, match="finished files only"):
        read({"files": [str(growing)], "events": "1"})
    growing.rename(folder / "xpptut15-r0013-s00-c00.xtc")
    with pytest.raises(ConfigError, match="chosen in one run, these are 2"):
        read({**files(folder), "events": "1"})


def test_a_pattern_that_matches_nothing_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="no file matches"):
        read({"files": [str(tmp_path / "*.xtc")]})


def test_the_number_of_events_is_known_at_the_end_of_large_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.reader.sources.files.SMALL_ENOUGH_TO_COUNT", 0)
    source = FileSource(sorted(folder.glob("*.xtc")), Settings())
    assert source.total_events is None
    while source.read(7):
        pass
    assert source.total_events == 30
    source.close()
