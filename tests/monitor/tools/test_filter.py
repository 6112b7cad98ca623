"""``xtcmon filter`` on whole runs: what is kept, what is not, and what of the rest must stay."""

import struct
from pathlib import Path

import numpy as np
import pytest

from monitor.reader.block import EventBlock
from monitor.reader.sources.files import FileSource
from monitor.settings import Settings
from monitor.tools.main import run
from tests.support.xtc_bytes import CAMERA, container, run_streams, xtc

IPM = 'source("XppSb2Ipm-1|Ipimb-0")'


def write(folder: Path, streams: dict[int, list[bytes]]) -> list[str]:
    folder.mkdir(exist_ok=True)
    paths = []
    for number, data in streams.items():
        path = folder / f"xppi0310-r0007-s{number:02d}-c00.xtc"
        path.write_bytes(b"".join(data))
        paths.append(str(path))
    return paths


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    return write(tmp_path / "in", run_streams(steps=2, events=12, daq=2, camera=True))


def events(folder: Path) -> list[tuple[int, tuple[float, ...]]]:
    """Fiducial of each event and the EPICS values that hold for it."""
    source = FileSource(sorted(folder.glob("*.xtc")), Settings())
    found = []
    while blocks := source.read(5):
        for block in blocks:
            if isinstance(block, EventBlock):
                values = block.epics_start.copy()
                for n, fiducial in enumerate(block.events["fiducials"].tolist()):
                    for change in block.epics_changes[block.epics_changes["event"] == n]:
                        values[change["pv"]] = change["value"]
                    found.append((fiducial, tuple(values.tolist())))
    source.close()
    return found


def numbers(folder: Path, whole: Path) -> list[int]:
    """Positions of the events in the run they come from."""
    fiducials = [fiducial for fiducial, _ in events(whole)]
    return [fiducials.index(fiducial) for fiducial, _ in events(folder)]


def with_alias(configure: bytes, alias: str) -> bytes:
    """A Configure datagram that gives the camera another name."""
    entry = struct.pack("<3I32s", 1, 1 << 24 | 99, CAMERA[1], alias.encode())
    child = container(xtc((0, 0xAC150A05), 1 << 16 | 69, entry), level=0)
    (extent,) = struct.unpack_from("<I", configure, 36)
    return configure[:36] + struct.pack("<I", extent + len(child)) + configure[40:] + child


def test_a_condition_knows_the_aliases_of_the_run(tmp_path: Path) -> None:
    streams = run_streams(steps=1, events=9, daq=2, camera=True)
    files = write(tmp_path / "in", {n: [with_alias(data[0], "the camera"), *data[1:]] for n, data in streams.items()})
    assert run(["filter", *files, "-o", str(tmp_path / "out"), "--where", 'source("the camera").width == 0']) == 0
    assert numbers(tmp_path / "out", tmp_path / "in") == [1, 3, 5, 7]


def test_a_run_is_written_again_byte_for_byte(files: list[str], tmp_path: Path) -> None:
    assert run(["filter", *files, "-o", str(tmp_path / "out")]) == 0
    for file in map(Path, files):
        assert (tmp_path / "out" / file.name).read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (["--events", "3:6"], [3, 4, 5]),
        (["--events", "20:"], [20, 21, 22, 23]),
        (["--events", "1:12:5"], [1, 6, 11]),
        (["--events", ":100:11"], [0, 11, 22]),
        (["--where", "XcsEndstation.width == 0", "--events", "20:"], [21, 23]),
        (["--where", 'pv("PV:TWO") == 9'], [9, 10, 11, 12, 13, 14]),
        (["--where", 'pv("one") == 6 and not pv("PV:TWO") < 9'], [9, 10, 11]),
        (["--where", "XcsEndstation.width == 0"], [n for n in range(24) if n % 2]),
        (["--where", "evr(90)"], []),
        (["--where", "EBeam.ebeamCharge > 1", "--events", "100:"], []),
    ],
)
def test_the_events_that_are_wanted_are_kept_with_their_state(
    files: list[str], tmp_path: Path, options: list[str], kept: list[int]
) -> None:
    assert run(["filter", *files, "-o", str(tmp_path / "out"), *options]) == 0
    assert numbers(tmp_path / "out", tmp_path / "in") == kept
    everything = dict(events(tmp_path / "in"))
    assert all(everything[fiducial] == values for fiducial, values in events(tmp_path / "out"))


def test_sources_that_are_not_wanted_are_left_out_of_events(files: list[str], tmp_path: Path) -> None:
    assert run(["filter", *files, "-o", str(tmp_path / "out"), "--sources", "XppSb2Ipm-1|Ipimb-0"]) == 0
    assert events(tmp_path / "out") == events(tmp_path / "in")
    for file in map(Path, files):
        written, camera = tmp_path / "out" / file.name, "-s80-" in file.name
        assert (written.read_bytes() == file.read_bytes()) == (not camera)
        assert written.stat().st_size == file.stat().st_size - camera * 12 * (20 + 20 + 40)


@pytest.mark.parametrize("size", [100, 1000, 5000, 10**6])
def test_chunks_are_as_large_as_was_said_and_the_same_bytes(files: list[str], tmp_path: Path, size: int) -> None:
    out = tmp_path / "out"
    assert run(["filter", *files, "-o", str(out), "--chunk-size", str(size)]) == 0
    for stream in (0, 1, 80):
        chunks = sorted(out.glob(f"*-s{stream:02d}-c*.xtc"), key=lambda path: int(path.stem[-3:].lstrip("c")))
        whole = Path(next(file for file in files if f"-s{stream:02d}-" in file)).read_bytes()
        assert b"".join(path.read_bytes() for path in chunks) == whole
        assert all(path.stat().st_size <= max(size, 1000) for path in chunks)
    assert events(out) == events(tmp_path / "in")


def test_companions_lie_beside_each_file(files: list[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(["filter", *files, "-o", str(out), "--smd", "--idx"]) == 0
    assert len(list((out / "smalldata").glob("*.smd.xtc"))) == len(list((out / "index").glob("*.xtc.idx"))) == len(files)
    assert [fiducial for fiducial, _ in events(out / "smalldata")] == [fiducial for fiducial, _ in events(out)]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--where", "EBeam.ebeamCharge > 1"], "no event has a payload of EBeam"),
        (["--where", f"{IPM}.chanel0 > 1"], "did you mean 'channel0'"),
        (["--where", "XppSb2Impp.x > 1"], "did you mean 'XppSb2Ipm'"),
        (["--where", 'pv("NO:SUCH") > 1'], "NO:SUCH"),
        (["--where", "XcsEndstation.width[1] > 1"], "no position 1"),
        (["--events", "b:c"], "--events"),
        (["--events", "1:2:0"], "--events"),
        (["--chunk-size", "many"], "--chunk-size"),
        (["--sources", "Nowhere-1"], "Nowhere"),
        (["-o", "in"], "name another folder"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    files: list[str],
    tmp_path: Path,
    options: list[str],
    words: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["filter", *files, "-o", "out", *options]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("options", [["--events", "1"], ["--smd"], ["--idx"], ["--sources", "EBeam"]])
def test_a_small_data_file_is_refused_where_its_payloads_are_needed(
    files: list[str], tmp_path: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["filter", *files, "-o", str(tmp_path / "out"), "--smd"]) == 0
    small = [str(path) for path in (tmp_path / "out" / "smalldata").iterdir()]
    assert run(["filter", *small, "-o", str(tmp_path / "again"), *options]) != 0
    assert "name the big file" in capsys.readouterr().err


def test_what_lies_behind_damage_is_left_out_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    streams = run_streams(daq=1)
    whole = len(b"".join(streams[0]))
    (name,) = write(tmp_path / "in", {0: [*streams[0], b"torn"]})
    assert run(["filter", name, "-o", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / Path(name).name).stat().st_size == whole
    assert f"behind byte {whole}" in capsys.readouterr().err


def test_the_present_output_stays_unless_it_may_be_replaced(files: list[str], tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    assert run(["filter", *files, "-o", out]) == 0
    assert run(["filter", *files, "-o", out, "--events", "1"]) == 2
    assert len(events(tmp_path / "out")) == 24
    assert run(["filter", *files, "-o", out, "--events", "1", "--overwrite"]) == 0
    assert len(events(tmp_path / "out")) == 1
    assert not list((tmp_path / "out").glob("*.inprogress"))


def test_positions_are_the_same_however_many_events_are_read_at_once() -> None:
    from monitor.tools.selection import _within

    for wanted in (slice(None), slice(5, 17), slice(3, None, 4), slice(None, 9, 2), slice(30, 40)):
        chosen = [np.arange(first, first + 6)[_within(wanted, first, 6)].tolist() for first in range(0, 24, 6)]
        assert [n for part in chosen for n in part] == list(range(24))[wanted]
