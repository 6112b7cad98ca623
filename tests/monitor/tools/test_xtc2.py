"""``xtcmon dump`` and ``xtcmon scan`` know an XTC2 file by its bytes."""

import json
from pathlib import Path

import pytest

from monitor.tools.main import run
from monitor.xtc2.dump import dump_lines
from tests.support.xtc2_bytes import stream
from tests.support.xtc_bytes import run_streams


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "misleading.xtc"
    path.write_bytes(b"".join(stream(events=4)))
    return path


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[str]:
    assert run([str(one) for one in arguments]) == 0
    return capsys.readouterr().out.splitlines()


def test_the_json_lines_are_those_of_the_dump(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [json.loads(line) for line in printed(capsys, "dump", "--jsonl", file)] == list(dump_lines(file))


def test_the_listing_has_a_line_per_datagram_and_payload(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "dump", "-v", file)
    assert [line.split()[0] for line in lines if line[0] != " "][1:7] == [
        "Configure",
        "BeginRun",
        "BeginStep",
        "Enable",
        "SlowUpdate",
        "L1Accept",
    ]
    assert "    user.mode=on (1)" in lines
    assert '    expt="synth0001"' in lines
    assert "    image=[2,2,2,2,2,2](UINT16,2x3,min:2,max:2)" in lines


def test_the_scan_says_what_is_there(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "scan", file)
    assert lines[0].startswith("synth0001, run 7: 1 files")
    assert lines[1] == "12 datagrams, 4 events, 1 steps [4]"
    assert "gmd[0] raw 2.1.0 (gmd): 4 in events, 0 in transitions, 72 B" in lines
    (result,) = printed(capsys, "scan", "--json", file)
    assert json.loads(result)["events"] == 4


def test_both_generations_together_are_refused(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = file.with_name("e81-r0098-s00-c00.xtc")
    other.write_bytes(b"".join(run_streams(steps=1, events=1, daq=1)[0]))
    assert run(["scan", str(file), str(other)]) != 0
    assert "is not XTC2 as the others are" in capsys.readouterr().err


def test_an_option_that_means_nothing_here_is_refused(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["dump", str(file), "--event", "1"]) != 0
    assert "--event cannot be used with XTC2" in capsys.readouterr().err


def test_filter_says_that_it_writes_the_other_format(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["filter", str(file), "-o", str(tmp_path / "out")]) != 0
    assert "misleading.xtc is an XTC2 file" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
