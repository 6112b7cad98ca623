import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from monitor.xtc.dump import dump_lines
from monitor.xtc.summary import array_summary, plain
from monitor.xtc.write import datagram, type_word, xtc
from tests.support.golden_xtc import COMMITTED


def test_a_zipped_file_dumps_like_the_file_itself(tmp_path: Path) -> None:
    file = COMMITTED / "xpptut15-r0301-s00-c00.xtc"
    zipped = tmp_path / "copy.xtc.gz"
    zipped.write_bytes(gzip.compress(file.read_bytes()))
    assert list(dump_lines(zipped)) == list(dump_lines(file))


def test_an_empty_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty.xtc").touch()
    assert list(dump_lines(tmp_path / "empty.xtc")) == [{"k": "end", "reason": "eof", "offset": 0, "file_size": 0, "dgrams": 0}]


def test_every_line_is_strict_json() -> None:
    for line in dump_lines(COMMITTED / "zoo12345-r0001-s00-c00.xtc"):
        assert json.loads(json.dumps(line, allow_nan=False)) == line


def test_a_payload_that_does_not_decompress_says_why(tmp_path: Path) -> None:
    frame = xtc(level=1, physical=1, contains=type_word(2, 1, compressed=True), payload=b"\xff" * 40)
    (tmp_path / "bad.xtc").write_bytes(datagram(service=12, seconds=1, nanoseconds=2, children=[frame]))
    line = list(dump_lines(tmp_path / "bad.xtc"))[1]
    assert line["data"] is None
    assert "compressed block" in line["undecoded"]


def test_an_unknown_level_or_service_has_a_number_or_no_name(tmp_path: Path) -> None:
    strange = xtc(level=99, physical=1, contains=type_word(2, 1))
    (tmp_path / "odd.xtc").write_bytes(datagram(service=15, seconds=1, nanoseconds=2, children=[strange]))
    head, line, _ = dump_lines(tmp_path / "odd.xtc")
    assert head["service_name"] == "-Invalid-"
    assert line["level"] == "99"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (np.float32(0.1), 0.100000001),
        (0.1, 0.1),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (np.float32("inf"), "inf"),
        ("a", "a"),
        (7, 7),
    ],
)
def test_numbers_are_shown_with_the_digits_they_have(value: object, shown: object) -> None:
    assert plain(value) == shown


def test_floats_are_added_one_by_one() -> None:
    values = np.array([1e16, 1.0, -1e16, 1.0])
    assert array_summary(values)["sum"] == ((1e16 + 1.0) - 1e16) + 1.0


def test_large_integers_are_added_exactly() -> None:
    assert array_summary(np.array([2**64 - 1, 2**64 - 1], "u8"))["sum"] == 2 * (2**64 - 1)


def test_chosen_events_have_the_lines_they_have_among_all() -> None:
    path = COMMITTED / "zoo12345-r0001-s00-c00.xtc"
    whole = list(dump_lines(path))
    events = [line for line in whole if line.get("service_name") == "L1Accept"]
    wanted = [events[0], events[-1]]
    expected = [line for line in whole if line["k"] != "end" and line["dg"] in [one["dg"] for one in wanted]]
    assert list(dump_lines(path, np.array([one["offset"] for one in wanted]))) == expected
