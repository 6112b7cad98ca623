"""``xtcmon calib``: what people see, what programs get, and the exit codes."""

import json
from pathlib import Path

import numpy as np
import pytest

from monitor.tools.main import run
from tests.support.closed_folder import close

SOURCE = "XppGon.0:Zyla.0"


@pytest.fixture
def calib(tmp_path: Path) -> Path:
    folder = tmp_path / "calib" / "Camera::CalibV1" / SOURCE / "pedestals"
    folder.mkdir(parents=True)
    (folder / "0-end.data").write_text("1 2\n3 6\n")
    (folder / "10-20.data").write_text("5 6\n7 8\n")
    return tmp_path / "calib"


def printed(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> str:
    assert run(["calib", *map(str, arguments)]) == code
    return capsys.readouterr().out


def test_list_names_every_file_or_those_of_a_run(calib: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "10-20.data" in printed(capsys, "list", calib)
    files = json.loads(printed(capsys, "list", calib, "--run", 30, "--json"))["files"]
    assert [(file["source"], file["type"], file["file"], file["bytes"]) for file in files] == [
        (SOURCE, "pedestals", "0-end.data", 8)
    ]


def test_where_says_which_file_holds_and_why_not_the_others(calib: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = json.loads(printed(capsys, "where", calib, SOURCE, "pedestals", "--run", 15, "--json"))
    assert answer["holds"] == "10-20.data"
    assert answer["files"][0] == {"file": "0-end.data", "why": "10-20.data begins later"}
    assert "it holds for runs 10 to 20" in printed(capsys, "where", calib, "XppGon-0|Zyla-0", "pedestals", "-r", 21)


def test_show_gives_the_numbers_of_the_file_that_holds(calib: Path, capsys: pytest.CaptureFixture[str]) -> None:
    numbers = json.loads(printed(capsys, "show", calib, SOURCE, "pedestals", "--run", 5, "--json"))
    expected = {"shape": [2, 2], "min": 1.0, "median": 2.5, "mean": 3.0, "max": 6.0, "zeros": 0, "not_finite": 0}
    assert {key: numbers[key] for key in expected} == expected
    text = printed(capsys, "show", calib, SOURCE, "pedestals", "--run", 5)
    assert text.splitlines()[-2:] == [" -", "+@"] or "█" in text


def test_deployed_constants_are_listed_and_not_replaced_unasked(
    calib: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "made.npy", np.full((2, 2), 4.5))
    order = ("deploy", tmp_path / "made.npy", calib, SOURCE, "pedestals", "--runs", "30-end", "-m", "from a test")
    target = json.loads(printed(capsys, *order, "--json"))["file"]
    assert json.loads(printed(capsys, "show", target, "--json"))["mean"] == 4.5
    assert "comment:from a test" in (Path(target).parent / "HISTORY").read_text()
    assert run([*("calib", *map(str, order))]) == 2
    assert "--force" in capsys.readouterr().err
    printed(capsys, *order, "--force")


def test_check_has_code_3_for_files_that_cannot_be_used(calib: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(printed(capsys, "check", calib, "--json")) == {"calib": str(calib), "files": 2, "findings": []}
    bad = calib / "Camera::CalibV1" / SOURCE / "pedestals" / "40-end.data"
    bad.write_text("no numbers\n")
    assert f"error: {bad}: 'no' is not a number" in printed(capsys, "check", calib, code=3)


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "no-such-place"),
        ("where", "{calib}", "EBeam", "pedestals", "-r", "1"),
        ("where", "{calib}", SOURCE, "pixel_gain", "-r", "1"),
        ("show", "{calib}"),
        ("show", "{calib}", SOURCE, "pixel_gain"),
        ("deploy", "{calib}/x.npy", "{calib}", SOURCE, "pedestals", "--runs", "20-10"),
        ("deploy", "{calib}/x.npy", "{calib}", SOURCE, "pedestals", "--runs", "all"),
    ],
)
def test_wrong_usage_is_said_in_a_sentence(calib: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["calib", *(word.format(calib=calib) for word in arguments)]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith("xtcmon: ")


def test_a_file_that_cannot_be_read_is_said_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.npz", "b.npy", "c.data"):
        (tmp_path / name).write_bytes(b"PK\x03\x04 nothing")
        assert run(["calib", "show", str(tmp_path / name)]) == 1
        assert name in capsys.readouterr().err


@pytest.mark.parametrize("below", [".", "Camera::CalibV1", f"Camera::CalibV1/{SOURCE}", f"Camera::CalibV1/{SOURCE}/pedestals"])
def test_a_folder_that_may_not_be_read_is_said_and_not_taken_for_empty(
    calib: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], below: str
) -> None:
    close(monkeypatch, calib / below)
    for command in ("list", "check"):
        assert run(["calib", command, str(calib)]) == 3
        told = capsys.readouterr()
        assert f"{calib / below}: the folder cannot be read: Permission denied" in told.out + told.err
    for command in ("where", "show"):
        assert run(["calib", command, str(calib), SOURCE, "pedestals", "--run", "5"]) == 2
        assert f"xtcmon: {calib / below}: the folder cannot be read" in capsys.readouterr().err


def test_an_experiment_is_found_where_the_site_keeps_its_data(
    calib: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = calib.parent / "XPP" / "xpptest" / "calib"
    place.parent.mkdir(parents=True)
    calib.rename(place)
    monkeypatch.setenv("XTCMON_DATA", str(calib.parent))
    assert json.loads(printed(capsys, "list", "xpptest", "--json"))["place"] == str(place)
