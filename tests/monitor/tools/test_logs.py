import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.tools.logs import FILE, KEPT_BYTES, EventFormatter, JsonLines, make_way, set_up


def record(**extra: object) -> logging.LogRecord:
    made = logging.makeLogRecord(
        {"name": "monitor.x", "msg": "row_late", "levelname": "WARNING", "levelno": logging.WARNING, "created": 12.5}
    )
    vars(made).update(extra)
    return made


def test_a_line_of_the_log_is_one_json_object(tmp_path: Path) -> None:
    one, other = JsonLines(tmp_path / FILE, "reader"), JsonLines(tmp_path / FILE, "worker-0")
    one.handle(record(count=3, by=Path("somewhere")))
    other.handle(record())
    one.close()
    other.close()
    first, second = (json.loads(line) for line in (tmp_path / FILE).read_text().splitlines())
    assert (first["time"], first["severity"], first["process"], first["event"]) == (12.5, "WARNING", "reader", "row_late")
    assert first["fields"] == {"count": 3, "by": "somewhere"}
    assert first["text"] == "row_late count=3 by=somewhere"
    assert (second["process"], second["fields"]) == ("worker-0", {})


def test_a_full_disk_costs_lines_which_the_next_one_counts(tmp_path: Path) -> None:
    handler = JsonLines(Path("/dev/full"), "reader")
    handler.handle(record())
    handler.handle(record())
    handler.close()
    handler = JsonLines(tmp_path / FILE, "reader")
    handler._unwritten = 2
    handler.handle(record())
    handler.close()
    assert json.loads((tmp_path / FILE).read_text())["unwritten"] == 2


def test_people_get_the_event_word_and_its_fields() -> None:
    assert EventFormatter().format(record(by=3)).endswith("WARNING monitor.x row_late by=3")


def test_a_large_log_makes_way_for_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text("small")
    make_way(str(tmp_path))
    assert path.exists()
    with path.open("wb") as file:
        file.truncate(KEPT_BYTES + 1)
    make_way(str(tmp_path))
    assert not path.exists()
    assert len(list(tmp_path.iterdir())) == 1


@pytest.fixture
def root_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in root.handlers[:]:
        if handler not in handlers:
            root.removeHandler(handler)
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.usefixtures("root_as_before")
def test_the_log_makes_the_output_folder_and_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_up(file=tmp_path / "text", process="reader", service=tmp_path, output=str(tmp_path / "new" / "results"))
    logging.getLogger("monitor.x").warning("row_late")

    assert json.loads((tmp_path / "new" / "results" / FILE).read_text())["event"] == "row_late"
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("root_as_before")
def test_a_folder_that_cannot_be_made_is_told_and_the_rest_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")

    set_up(file=tmp_path / "text", process="reader", service=tmp_path, output=str(tmp_path / "file"))
    logging.getLogger("monitor.x").warning("row_late")

    assert "no log file in" in capsys.readouterr().err
    assert "row_late" in (tmp_path / "text").read_text()
