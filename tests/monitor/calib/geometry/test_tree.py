"""The tree of objects: what hangs where, and what is no tree."""

import pytest

from monitor.calib.geometry.text import parse
from monitor.calib.geometry.tree import MOST_LEVELS, MOST_OBJECTS, Geometry, GeometryObject
from monitor.errors import ConfigError, DamagedData

ZEROS = "0 0 0 0 0 0 0 0 0"
SENSOR = "MTRX:2:3:50:50"
TWO = f"CAMERA 0 {SENSOR} 0 {ZEROS}\nCAMERA 0 {SENSOR} 1 {ZEROS}\nIP 0 CAMERA 0 {ZEROS}\n"


def test_parts_keep_the_order_of_the_file() -> None:
    geometry = parse(f"CAMERA 0 {SENSOR} 1 {ZEROS}\nCAMERA 0 {SENSOR} 0 {ZEROS}\nIP 0 CAMERA 0 {ZEROS}\n")
    assert [each.index for each in geometry.children(geometry.find("CAMERA"))] == [1, 0]
    assert "CAMERA 0 are numbered [1, 0]" in geometry.warnings[0]


def test_the_top_is_the_parent_that_is_nobodys_child() -> None:
    geometry = parse(TWO)
    assert (geometry.top.label, geometry.shape(geometry.top)) == ("IP 0", (1, 2, 2, 3))
    assert geometry.warnings == ()


def test_the_first_object_of_a_name_is_found() -> None:
    text = f"A 0 {SENSOR} 0 1 {ZEROS[2:]}\nB 0 {SENSOR} 0 2 {ZEROS[2:]}\nIP 0 A 0 {ZEROS}\nIP 0 B 0 {ZEROS}\n"
    geometry = parse(text)
    assert geometry.find(SENSOR).offset[0] == 1
    with pytest.raises(ConfigError, match=r"there are .*A 0, B 0, IP 0"):
        geometry.find("C", 2)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"A 0 {SENSOR} 0 {ZEROS}\nB 0 {SENSOR} 1 {ZEROS}", "A 0, B 0"),
        (f"A 0 B 0 {ZEROS}\nB 0 A 0 {ZEROS}", "none"),
        (f"IP 0 {SENSOR} 0 {ZEROS}\nA 0 B 0 {ZEROS}\nB 0 A 0 {ZEROS}", "line 2: B 0 is its own ancestor"),
        (f"IP 0 A 0 {ZEROS}\nIP 0 {SENSOR} 0 {ZEROS}\nA 0 {SENSOR} 0 {ZEROS}", "another number of pixels"),
        (f"IP 0 {SENSOR} 0 {ZEROS}\nIP 0 MTRX:2:4:50:50 0 {ZEROS}", "line 2: MTRX:2:4:50:50 0 has another number"),
    ],
)
def test_what_is_no_tree_is_refused_by_name(text: str, why: str) -> None:
    with pytest.raises(DamagedData, match=why):
        parse(text)


def test_a_chain_without_end_is_refused() -> None:
    levels = [GeometryObject(parent=f"L{i}", name=f"L{i + 1}") for i in range(MOST_LEVELS + 2)]
    with pytest.raises(DamagedData, match="is below"):
        Geometry([*levels, GeometryObject(parent=levels[-1].name, name=SENSOR)])


def test_more_objects_or_pixels_than_any_detector_are_refused() -> None:
    with pytest.raises(DamagedData, match="objects"):
        Geometry([GeometryObject(parent="IP", name=SENSOR)] * (MOST_OBJECTS + 1))
    with pytest.raises(DamagedData, match="larger than any detector"):
        Geometry([GeometryObject(parent="IP", name="MTRX:8000:8000:50:50")] * 3)


def test_an_edit_changes_one_object() -> None:
    geometry = parse(TWO)
    old = geometry.objects[1]
    edited = geometry.with_object(old, old.moved(1, 2, 3).tilted(about_z=0.5))
    assert edited.objects[0] is geometry.objects[0]
    assert (edited.objects[1].offset, edited.objects[1].tilt) == ((1, 2, 3), (0.5, 0, 0))
    assert old.offset == (0, 0, 0)
