"""``xtcmon calib geometry``: what it prints and writes, and what it refuses."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from monitor.calib.geometry.text import parse, read_geometry
from monitor.errors import ConfigError, DamagedData, Unusable
from monitor.tools.commands.geometry import app
from monitor.tools.geometry_report import sketch, summary_lines, tree_lines
from monitor.tools.main import run

ZEROS = "0 0 0 0 0 0"
TEXT = f"""# TITLE two panels side by side
CAMERA 0 MTRX:V2:4:4:10:10 0 0 -25 0 90 0 0 0.5 0 0
CAMERA 0 MTRX:V2:4:4:10:10 2 0 25 0 90 0 0 0 0 0
IP 0 CAMERA 0 1000.123456 0 5000 {ZEROS}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "0-end.data"
    path.write_text(TEXT)
    return path


def call(*words: object) -> str:
    """Output of a call; what it raises is raised here."""
    result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_show_prints_every_object_with_its_numbers(path: Path) -> None:
    text = call("show", path)
    assert "# TITLE two panels side by side" in text
    assert [line.split()[:3] for line in text.splitlines() if "MTRX" in line][:2] == [
        ["2", "MTRX:V2:4:4:10:10", "0"],
        ["3", "MTRX:V2:4:4:10:10", "2"],
    ]
    assert "1000.12346" in text
    assert "-5000" in text


def test_the_tree_shows_who_is_in_whom() -> None:
    names = [line[6:] for line in tree_lines(parse(TEXT))[1:]]
    assert [len(name) - len(name.lstrip()) for name in names] == [0, 2, 4, 4]


def test_the_summary_counts_pixels_and_warns() -> None:
    lines = summary_lines(parse(TEXT))
    assert lines[0] == "2 x MTRX:V2:4:4:10:10; 32 pixels of 10 um in the shape (1, 2, 4, 4)"
    assert lines[4].startswith("image of 4 x 9 pixels; 0 pixels")
    assert "numbered [0, 2]" in lines[5]


def test_the_sketch_shows_which_panel_is_where() -> None:
    assert sketch(parse(TEXT), 100) == ["0000.1111", "0000.1111"]
    assert sketch(parse(TEXT), 5) == ["0011"]


def test_check_passes_what_fits_and_refuses_what_does_not(path: Path) -> None:
    assert "2 x MTRX" in call("check", path, "--shape", "2,4,4")
    with pytest.raises(DamagedData, match="frames have 1 panel of 8 x 4 pixels"):
        call("check", path, "--shape", "8x4")
    with pytest.raises(ConfigError, match="32,185,388"):
        call("check", path, "--shape", "all")


def test_an_object_is_moved_turned_and_set_to_the_last_digit(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.data"
    call("edit", path, "CAMERA", "--move", 0.125, 0, 0, "--rotate", 90, 0, 0, "--set", "tilt_x=-0.25", "-o", out)
    old, new = read_geometry(path), read_geometry(out)
    camera = new.find("CAMERA")
    assert (camera.offset, camera.rotation, camera.tilt) == ((1000.248456, 0, -5000), (90, 0, 0), (0, 0, -0.25))
    assert [each.offset for each in new.objects[:2]] == [each.offset for each in old.objects[:2]]
    assert new.comments == old.comments
    assert path.read_text() == TEXT


def test_an_object_is_found_by_its_line_and_the_file_changed_in_place(path: Path) -> None:
    call("edit", path, "--line", 3, "--tilt", 1, 0, 0)
    assert [each.tilt[0] for each in read_geometry(path).objects] == [0.5, 1, 0]


def test_whole_micrometres_are_saved_only_when_asked_for(path: Path) -> None:
    call("edit", path, "CAMERA", "--rounded")
    assert read_geometry(path).find("CAMERA").offset == (1000, 0, -5000)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["CAMERA", "--set", "x0=far"], "x0=far"),
        (["CAMERA", "--set", "x0=nan"], "x0=nan"),
        (["CAMERA", "--set", "height=1"], "height=1"),
        (["QUAD:V1"], "no object QUAD:V1 0"),
        (["--line", "9"], "no object on line 9"),
        ([], "--line"),
        (["CAMERA", "--line", "2"], "--line"),
    ],
)
def test_an_edit_that_makes_no_sense_changes_nothing(path: Path, words: list[str], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        call("edit", path, *words)
    assert path.read_text() == TEXT


def test_a_frame_is_assembled_into_a_file(path: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "frame.npy", np.arange(1, 33).reshape(2, 4, 4))
    call("image", path, "--frame", tmp_path / "frame.npy", "-o", tmp_path / "image.npy")
    image = np.load(tmp_path / "image.npy")
    assert image.shape == (4, 9)
    np.testing.assert_array_equal(image[:, :4], np.arange(1, 17).reshape(4, 4))
    np.testing.assert_array_equal(image[:, 4], 0)


def test_a_frame_of_other_pixels_is_refused(path: Path, tmp_path: Path) -> None:
    frame, image = tmp_path / "frame.npy", tmp_path / "image.npy"
    np.save(frame, np.zeros(31))
    with pytest.raises(ConfigError, match=r"31 values.*32 pixels"):
        call("image", path, "--frame", frame, "-o", image)
    frame.write_bytes(b"no array")
    with pytest.raises(Unusable, match=r"frame\.npy"):
        call("image", path, "--frame", frame, "-o", image)
    with pytest.raises(ConfigError, match="--frame and --output"):
        call("image", path, "-o", image)
    assert not image.exists()


def test_the_commands_stand_below_calib_and_nowhere_else(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["calib", "geometry", "check", str(path)]) == 0
    assert "2 x MTRX" in capsys.readouterr().out
    path.write_text("IP 0 MTRX:4:4:10:10 0 7\n")
    assert run(["calib", "geometry", "check", str(path)]) == 1
    assert "line 1 has 5 fields" in capsys.readouterr().err
    assert run(["geometry", "check", str(path)]) == 2
