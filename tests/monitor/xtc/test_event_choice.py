"""Events by number and by time."""

from pathlib import Path

import numpy as np
import pytest

from monitor.errors import ConfigError, DamagedData
from monitor.xtc.event_choice import PLACE, choice_of, chosen_offsets, clocks_of, places, read_index
from monitor.xtc.filename import RunFiles, runs_of
from tests.support.index_file import index_bytes
from tests.support.xtc_bytes import L1ACCEPT, run_streams


def write(folder: Path, streams: dict[int, list[bytes]], *, index: bool = False) -> RunFiles:
    paths = []
    for number, data in streams.items():
        paths.append(folder / f"xpptut15-r0012-s{number:02d}-c00.xtc")
        paths[-1].write_bytes(b"".join(data))
        if index:
            (folder / "index").mkdir(exist_ok=True)
            (folder / "index" / f"{paths[-1].name}.idx").write_bytes(index_bytes(data, paths[-1].name))
    (run,) = runs_of(paths)
    return run


def vectors(path: Path, offsets: np.ndarray) -> list[int]:
    data = path.read_bytes()
    return [int.from_bytes(data[at + 12 : at + 16], "little") >> 17 for at in offsets.tolist()]


@pytest.mark.parametrize("index", [False, True])
@pytest.mark.parametrize(
    ("events", "expected"), [("0", [0]), ("5", [5]), ("3:6", [3, 4, 5]), (":2", [0, 1]), ("14:", [14, 15]), ("15:99", [15])]
)
def test_events_are_counted_over_all_daq_streams(tmp_path: Path, index: bool, events: str, expected: list[int]) -> None:
    run = write(tmp_path, run_streams(steps=2, events=8, daq=3), index=index)
    choice = choice_of(events, "")
    assert choice is not None
    found = chosen_offsets(run, choice, first_camera_stream=80)
    assert sorted(n for path, offsets in found.items() for n in vectors(path, offsets)) == expected


def test_a_camera_is_chosen_by_fiducial_since_its_clock_is_another(tmp_path: Path) -> None:
    streams = run_streams(steps=1, events=8, daq=1, camera=True)
    choice = choice_of("3", "")
    assert choice is not None
    found = chosen_offsets(write(tmp_path, streams), choice, first_camera_stream=80)
    events = [i for i, one in enumerate(streams[80]) if one[11] & 15 == L1ACCEPT]
    assert [offsets.tolist() for path, offsets in found.items() if "-s80-" in path.name] == [
        [sum(map(len, streams[80][: events[1]]))]
    ]


TABLE = np.array([(10 << 32 | 5, 1, 0), (10 << 32 | 900_000_000, 2, 0), (11 << 32, 3, 0), (11 << 32 | 1, 4, 0)], PLACE)


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ("10", (10 << 32 | 5, 10 << 32 | 900_000_000)),
        ("10.000000005", (10 << 32 | 5, 10 << 32 | 900_000_000)),
        ("10.000000006", (10 << 32 | 900_000_000, 11 << 32)),
        ("10.9:11", (10 << 32 | 900_000_000, 11 << 32)),
        ("11:", (11 << 32, np.iinfo(np.int64).max)),
    ],
)
def test_a_time_means_the_next_event_and_two_a_range(times: str, expected: tuple[int, int]) -> None:
    choice = choice_of("", times)
    assert choice is not None
    assert clocks_of(choice, [TABLE[:2], TABLE[2:]]) == expected


@pytest.mark.parametrize(("events", "times"), [("4", ""), ("9:12", ""), ("2:2", ""), ("", "12"), ("", "1:2"), ("3:1", "")])
def test_what_is_not_there_is_said_with_what_is(events: str, times: str) -> None:
    choice = choice_of(events, times)
    assert choice is not None
    with pytest.raises(ConfigError, match=r"the run has 4, counted from 0, from 10\.000000005 to 11\.000000001"):
        clocks_of(choice, [TABLE])


@pytest.mark.parametrize(
    ("events", "times"), [("x", ""), ("-1", ""), (":", "x"), ("1.5", ""), ("", "1:2:3"), ("", "now"), ("1", "1"), ("1" * 99, "")]
)
def test_what_is_not_understood_is_refused(events: str, times: str) -> None:
    with pytest.raises(ConfigError, match=r"not understood|not both"):
        choice_of(events, times)


def test_no_choice_is_all_events() -> None:
    assert choice_of("", "") is None


def test_the_index_of_another_file_is_refused(tmp_path: Path) -> None:
    run = write(tmp_path, run_streams(steps=1, events=8, daq=1), index=True)
    path = run.streams[0][0]
    path.write_bytes(b"".join(run_streams(steps=1, events=8, daq=1, first_fiducial=2000, payloads=2)[0]))
    with pytest.raises(DamagedData, match="not the index of"):
        read_index(path)


def test_index_and_headers_say_the_same(tmp_path: Path) -> None:
    run = write(tmp_path, run_streams(steps=2, events=8, daq=1), index=True)
    path = run.streams[0][0]
    np.testing.assert_array_equal(places(path, read_index(path)), places(path, None))
