"""Geometry files: what is read is what is there, what is saved is read back to the last bit, what is wrong is named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.calib.geometry.text import exact_line, geometry_text, parse, read_geometry, rounded_line, write_geometry
from monitor.calib.geometry.tree import Geometry, GeometryObject, Triple
from monitor.errors import DamagedData

LINE = "IP 0 MTRX:2:3:50:50 0 1 2 -3 90 0 0 0.5 0 0"
NUMBER = st.floats(-1e7, 1e7, allow_nan=False)
TRIPLE = st.tuples(NUMBER, NUMBER, NUMBER)


def test_comments_and_blank_lines_are_no_objects() -> None:
    geometry = parse(f"# TITLE  one camera\n\n#\n   # HDR x y\n{LINE}  # measured twice\n")
    assert geometry.comments == ("TITLE  one camera", "", "HDR x y")
    (only,) = geometry.objects
    assert (only.name, only.offset, only.rotation, only.tilt) == ("MTRX:2:3:50:50", (1, 2, -3), (90, 0, 0), (0.5, 0, 0))


@pytest.mark.parametrize(("parent", "z"), [("IP", -100.0), ("IP:V1", -100.0), ("CAMERA", 100.0)])
def test_a_detector_lies_downstream_of_the_interaction_point(parent: str, z: float) -> None:
    line = f"{parent} 0 MTRX:2:3:50:50 0 0 0 100 0 0 0 0 0 0"
    assert parse(line).objects[0].offset[2] == z


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("IP 0 MTRX:2:3:50:50 0 1 2 3", "line 2 has 7 fields"),
        (LINE + " 7", "line 2 has 14 fields"),
        (LINE.replace(" 90 ", " ninety "), "line 2 .*ninety"),
        (LINE.replace(" 90 ", " nan "), "line 2"),
        (LINE.replace(" 90 ", " 1e999 "), "line 2"),
        (LINE.replace("IP 0", "IP 0.5"), "line 2"),
        (LINE.replace("IP 0", "IP -1"), "line 2"),
        (LINE.replace("MTRX:2:3", "MTRX:0:3"), "line 2.*0 x 3 pixels"),
        (LINE.replace("50:50", "50:0"), "line 2.*50.0 x 0.0 um"),
        (LINE.replace("MTRX:2:3", "MTRX:99999:99999"), "line 2.*no detector has"),
        (LINE.replace("MTRX:2:3:50:50", "TELESCOPE"), "line 2.*TELESCOPE 0 is no known kind of sensor"),
    ],
)
def test_a_damaged_line_is_named(line: str, why: str) -> None:
    with pytest.raises(DamagedData, match=why) as error:
        parse(f"# first line\n{line}\n", "geometry.data")
    assert "geometry.data" in str(error.value)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_a_file_without_objects_is_refused(text: str) -> None:
    with pytest.raises(DamagedData, match="no object"):
        parse(text)


@given(st.text(max_size=200))
def test_no_text_does_worse_than_be_refused(text: str) -> None:
    try:
        geometry = parse(text)
    except DamagedData:
        return
    assert geometry.sensors()


@given(offset=TRIPLE, rotation=TRIPLE, tilt=TRIPLE, comments=st.lists(st.sampled_from(["TITLE x", "", "1 2 3"])))
def test_what_is_saved_is_read_back_to_the_last_bit(offset: Triple, rotation: Triple, tilt: Triple, comments: list[str]) -> None:
    each = GeometryObject(parent="CAMERA", name="EPIX100:V1", index=3, offset=offset, rotation=rotation, tilt=tilt)
    again = parse(geometry_text(Geometry([each], comments)))
    assert exact_line(again.objects[0]) == exact_line(each)
    assert again.objects[0].offset == each.offset
    assert (again.objects[0].rotation, again.objects[0].tilt) == (each.rotation, each.tilt)
    assert list(again.comments) == comments


def test_the_facilitys_tools_save_whole_micrometres() -> None:
    (each,) = parse("QUAD:V1 0 SENS2X1:V1 7 18779.3 -0.4 0 90.5 0 -180 -0.10587 0.05696 0").objects
    words = rounded_line(each).split()
    assert words[4:7] == ["18779", "-0", "0"]
    assert words[7:10] == ["90.5", "0", "-180"]
    assert words[10:] == ["-0.10587", "0.05696", "0.00000"]


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "0-end.data"
    path.write_text("old")
    write_geometry(path, parse(LINE))
    assert read_geometry(path).objects[0].offset == (1, 2, -3)
    assert [entry.name for entry in tmp_path.iterdir()] == ["0-end.data"]


def test_a_file_that_is_not_there_or_too_large_is_named(tmp_path: Path) -> None:
    with pytest.raises(DamagedData, match=r"nowhere\.data"):
        read_geometry(tmp_path / "nowhere.data")
    (tmp_path / "large.data").write_bytes(b"#" * (4 << 20) + b"\n1")
    with pytest.raises(DamagedData, match=r"large\.data"):
        read_geometry(tmp_path / "large.data")
