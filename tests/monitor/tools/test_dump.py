"""``xtcmon dump``: the listing of the early pyxtcreader, and everything as JSON lines."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.tools.listing import field_sets
from monitor.tools.main import run
from monitor.xtc.dump import dump_lines
from tests.support.xtc_bytes import run_streams


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    for number, data in run_streams(steps=2, events=4, daq=2).items():
        (tmp_path / f"xppi0310-r0098-s{number:02d}-c00.xtc").write_bytes(b"".join(data))
    return [str(path) for path in sorted(tmp_path.glob("*.xtc"))]


def dumped(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert run(["dump", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


def test_streams_are_merged_and_a_shared_transition_comes_once(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    heads = [line for line in dumped(capsys, *files) if not line.startswith(" ")]
    cycle = ["BeginCalibCycle", "Enable", *["L1Accept"] * 4, "EndCalibCycle"]
    assert [line.split()[0] for line in heads] == ["Configure", "BeginRun", *cycle, *cycle, "EndRun"]
    times = [re.search(r"time=(\d+)\.(\d{9}) ", line) for line in heads]
    order = [match.groups() for match in times if match]
    assert order == sorted(order)
    assert len(order) == len(heads)


def test_a_line_has_the_fields_of_the_header(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    event = next(line for line in dumped(capsys, *files) if line.startswith("L1Accept"))
    fields = dict(pair.split("=") for pair in event.split()[1:])
    assert list(fields) == ["damage", "type", "time", "ticks", "fiducials", "control", "vector", "payloadSize"]
    assert (fields["damage"], fields["ticks"], fields["control"]) == ("0x0", "1500", "12")


def test_the_tree_is_indented_by_two_blanks_a_level(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    lines = dumped(capsys, *files)
    at = next(n for n, line in enumerate(lines) if "contains=IpimbData_V2" in line)
    assert lines[at].startswith("    Source payloadSize=24 damage=0x0 src=XppSb2Ipm-1|Ipimb-0 ")
    assert lines[at - 1].startswith("  Segment ")
    assert lines[at - 1].endswith("contains=Xtc")


def test_payloads_and_places_come_with_verbosity(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    quiet, payloads, places = (dumped(capsys, *files, *flags) for flags in ([], ["-v"], ["-vv"]))
    assert [line for line in payloads if not line.lstrip().startswith("Payload")] == quiet
    assert [line for line in places if not line.startswith("file=")] == payloads
    assert any(line.strip().startswith("Payload: pvId=1 ") for line in payloads)
    assert places[0] == f"file={files[0]} position=0 run=98"


def test_an_offset_between_transitions_and_events_loses_nothing(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert sorted(dumped(capsys, *files, "-l", "1000")) == sorted(dumped(capsys, *files))


def test_json_lines_are_those_of_the_file(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert [json.loads(line) for line in dumped(capsys, files[0], "--jsonl")] == list(dump_lines(files[0]))
    both = [json.loads(line) for line in dumped(capsys, *files, "--jsonl")]
    assert {line["file"] for line in both} == set(files)


def test_a_bad_end_is_said(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path(files[0]).write_bytes(Path(files[0]).read_bytes() + b"torn")
    size = Path(files[0]).stat().st_size
    assert dumped(capsys, files[0])[-1] == f"reading of {files[0]} ends at byte {size - 4}: the file ends inside a header"


def test_structures_inside_have_lines_of_their_own() -> None:
    data = {"n": 2, "text": "a b", "_layout_size": 8, "derived": {"twice": 4}, "part": [{"x": 1}, {"x": 2, "deep": {"y": None}}]}
    assert list(field_sets(data)) == [
        'Payload: n=2 text="a b" twice=4',
        "Payload: part[0] x=1",
        "Payload: part[1] x=2",
        "Payload: part[1].deep y=null",
    ]


@pytest.mark.processes
def test_a_closed_pipe_ends_it_quietly(files: list[str]) -> None:
    command = [sys.executable, "-m", "monitor.tools.main", "dump", "-vv", *files]
    big = Path(files[0])
    big.write_bytes(big.read_bytes() + b"".join(run_streams(steps=1, events=4000, daq=1)[0][3:]))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(60) == 0
