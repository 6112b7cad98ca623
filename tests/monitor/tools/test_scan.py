"""``xtcmon scan``: the table of the early xtcscanner, its options, and the same as JSON."""

import json
from pathlib import Path

import pytest

from monitor.tools.main import run
from tests.support.xtc_bytes import L1ACCEPT, Clock, container, datagram, run_streams, xtc


def write(folder: Path, streams: dict[int, list[bytes]]) -> list[str]:
    for number, data in streams.items():
        (folder / f"xppi0310-r0098-s{number:02d}-c00.xtc").write_bytes(b"".join(data))
    return [str(path) for path in sorted(folder.glob("*.xtc"))]


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    return write(tmp_path, run_streams(steps=3, events=8, daq=2))


def scanned(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert run(["scan", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


def test_the_table_looks_as_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = write(tmp_path, run_streams(steps=61, events=240, daq=2))
    lines = scanned(capsys, *files)
    assert lines[:3] == ["Scanning....", "Start parsing files:", str(files)]
    assert lines[3].startswith("  14826 datagrams read in ")
    assert lines[4:9] == [
        "-" * 61,
        "XtcScanner information:",
        "  - 61 calibration cycles.",
        "  - Events per calib cycle:",
        f"   {[240] * 61}",
    ]
    assert lines[10:] == [
        "Information from  0  control channels found:",
        "Information from  3  devices found",
        "     DetInfo:EpicsArch-0|NoDevice-0:             EpicsConfig_V1 (1)   Epics_V1 (4882)",
        "        DetInfo:XppSb2Ipm-1|Ipimb-0:             IpimbConfig_V2 (1)   IpimbData_V2 (14640)",
        "                          ProcInfo::             RunControlConfig_V2 (61)",
        "XtcScanner is done!",
        "-" * 61,
    ]


def test_the_later_rule_names_processes_and_leaves_out_what_carries_no_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock()
    own = xtc((0, 1), 5, bytes(4))
    files = write(tmp_path, {0: [datagram(service, own, time=clock.tick(), fiducials=3) for service in (4, 6, 8, 10, 12)]})
    assert f"{'ProcInfo::':>36s}             TwoDGaussian (5)" in scanned(capsys, *files)
    assert f"{'ProcInfo:Control:':>36s}             TwoDGaussian (3)" in scanned(capsys, *files, "--count", "later")


@pytest.mark.parametrize(
    ("options", "datagrams", "events"),
    [
        (["-n", "11"], 2 + 2 + 8 + 1 + 2 + 3, [8, 3]),
        (["--nevents", "0"], 0, []),
        (["-c", "1"], 2 + 2 + 8 + 1, [8]),
        (["--ncalibcycles", "2", "-n", "3"], 2 + 2 + 3, [3]),
        (["--ndatagrams", "7"], 7, [3]),
        (["-n", "1000"], 2 + 3 * 11 + 1, [8, 8, 8]),
        (["-n", "-1"], 2 + 3 * 11 + 1, [8, 8, 8]),
    ],
)
def test_reading_stops_where_it_was_said(
    files: list[str], capsys: pytest.CaptureFixture[str], options: list[str], datagrams: int, events: list[int]
) -> None:
    result = json.loads("".join(scanned(capsys, *files, "--json", *options)))
    assert (result["datagrams"], result["events_per_cycle"]) == (datagrams, events)


def test_epics_variables_and_transitions_are_listed_when_asked_for(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    lines = scanned(capsys, *files, "-e", "-v")
    at = lines.index("2 EPICS variables:")
    assert lines[at + 1 : at + 3] == ["  PV:ONE", "  PV:TWO"]
    assert "  - BeginCalibCycle: 3" in lines


def test_what_came_in_part_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    event = datagram(L1ACCEPT, container(damage=1 << 15), xtc((1, 1), 22, extent=3), time=(1, 1), fiducials=3)
    lines = scanned(capsys, *write(tmp_path, {0: [event]}))
    assert "1 contributions came in part and are not counted" in lines
    assert "1 containers hold something that cannot be; the rest of each is lost" in lines
    assert "  - 1 events before the first calibration cycle" in lines


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", str(tmp_path / "none.xtc")]) != 0
    assert "none.xtc: there is no such file" in capsys.readouterr().err
