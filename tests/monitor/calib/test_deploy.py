"""Deploying: whole or not at all, never over another file unasked, with a line in HISTORY."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.calib.constants import read_constants
from monitor.calib.deploy import Deployment, deploy
from monitor.calib.history import parse_line
from monitor.calib.run_range import RunRange
from monitor.errors import ConfigError, DamagedData

SOURCE = "XppEndstation.0:Opal1000.0"
NOON = datetime(2026, 3, 14, 12, 0, 0, tzinfo=UTC)


def silent(note: str) -> None:
    raise AssertionError(note)


@pytest.fixture
def calib(tmp_path: Path) -> Path:
    (tmp_path / "calib").mkdir()
    return tmp_path / "calib"


def order(calib: Path, array: Any, **changes: Any) -> Deployment:
    np.save(calib.parent / "made.npy", array)
    given = {"file": calib.parent / "made.npy", "calib": calib, "source": SOURCE, "ctype": "pedestals", "runs": RunRange(5, 9999)}
    return Deployment(**{**given, **changes})


def plain(value: float) -> Any:
    return np.full((1024, 1024), value)


def test_a_deployed_array_is_what_readers_get(calib: Path) -> None:
    target = deploy(order(calib, plain(7.25), about={"user": "me", "host": "here", "comment": "a b"}), NOON)
    assert target == calib / "Camera::CalibV1" / SOURCE / "pedestals" / "5-end.data"
    np.testing.assert_array_equal(read_constants(calib, SOURCE, 5, silent)["pedestals"], plain(7.25))
    (line,) = (target.parent / "HISTORY").read_text().splitlines()
    made = str(calib.parent / "made.npy")
    words = {"file": "5-end.data", "copy_of": made, "exp": "", "run": "", "app": "", "user": "me", "host": "here"}
    assert parse_line(line) == {**words, "cptime": "2026-03-14T12:00:00", "zone": "UTC", "comment": "a b"}


def test_a_file_of_the_same_range_stays_unless_forced(calib: Path) -> None:
    target = deploy(order(calib, plain(1)), NOON)
    before = target.read_bytes()
    with pytest.raises(ConfigError, match="--force"):
        deploy(order(calib, plain(2)), NOON)
    assert target.read_bytes() == before
    deploy(order(calib, plain(2), force=True), NOON)
    assert (target.parent / "5-end.data-2026-03-14T12:00:00").read_bytes() == before
    assert read_constants(calib, SOURCE, 5, silent)["pedestals"][0, 0] == 2


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"source": "EBeam"}, "no detector with constants"),
        ({"ctype": "pedestal"}, "no calibration type"),
        ({"ctype": "../pedestals"}, "no calibration type"),
        ({"source": "../x.0:Opal1000.0"}, "no detector with constants"),
    ],
)
def test_a_place_that_nobody_reads_is_refused(calib: Path, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        deploy(order(calib, plain(1), **changes), NOON)
    assert list(calib.iterdir()) == []


@pytest.mark.parametrize("array", [np.ones((3, 4)), np.ones(0)])
def test_an_array_that_does_not_fit_the_device_is_refused(calib: Path, array: Any) -> None:
    with pytest.raises(DamagedData, match="expected are 1,048,576"):
        deploy(order(calib, array), NOON)
    assert list(calib.iterdir()) == []


def test_a_status_with_negative_words_is_refused(calib: Path) -> None:
    with pytest.raises(DamagedData, match="whole numbers from 0 to 65535"):
        deploy(order(calib, plain(-1), ctype="pixel_status"), NOON)


def test_the_other_styles_of_history_are_read() -> None:
    a = "file:0-end.data     copy_of:/a/b c.txt  ctype:pedestals  user:me  host:h  cptime:2015-01-01T00:00:00  cwd:/w  cmt:N/A x"
    c = "file:0-end.data     copy_of:/a.txt  exp:xpp12345  run:12    comment:two words  user:me  zone:PST"
    assert (parse_line(a)["copy_of"], parse_line(a)["cmt"]) == ("/a/b c.txt", "N/A x")
    assert (parse_line(c)["comment"], parse_line(c)["zone"]) == ("two words", "PST")
