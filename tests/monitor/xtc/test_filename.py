"""File names, parsed from the right."""

from pathlib import Path

import pytest

from monitor.xtc.filename import XtcName, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("e81-r0098-s00-c00.xtc", XtcName(False, "e81", 98, 0, 0)),
        ("xpptut15-r12345-s100-c123.xtc", XtcName(False, "xpptut15", 12345, 100, 123)),
        ("my-exp-r1-r0002-s03-c04.xtc", XtcName(False, "my-exp-r1", 2, 3, 4)),
        ("e81-r0098-s00-c00.smd.xtc", XtcName(True, "e81", 98, 0, 0)),
        ("tmoc00118-r0222-s000-c000.xtc2", XtcName(False, "tmoc00118", 222, 0, 0)),
        ("tmoc00118-r0222-s000-c000.smd.xtc2", XtcName(True, "tmoc00118", 222, 0, 0)),
        ("e81-r0098-s00-c00.xtc.inprogress", XtcName(False, "e81", 98, 0, 0, True)),
        ("e81-r0098-s00-c00.smd.xtc.inprogress", XtcName(True, "e81", 98, 0, 0, True)),
    ],
)
def test_a_name_says_what_the_file_is(text: str, expected: XtcName) -> None:
    assert parse(Path("folder.xtc") / text) == expected


@pytest.mark.parametrize(
    "text",
    ["e81.xtc", "e81-r0098-s00.xtc", "e81-r0098-s00-c00.txt", "e81-r0098-s00-c00.xtc.gz", "-r0098-s00-c00.xtc", "e81-r-s-c.xtc"],
)
def test_other_names_say_nothing(text: str) -> None:
    assert parse(Path(text)) is None


def test_names_sort_by_run_stream_and_chunk() -> None:
    order = ["a-r0001-s00-c01.xtc", "a-r0001-s02-c00.xtc", "a-r0002-s00-c00.xtc", "b-r0001-s00-c00.xtc"]
    assert sorted([order[i] for i in (2, 0, 3, 1)], key=lambda text: parse(Path(text)) or XtcName(True, "", 0, 0, 0)) == order
