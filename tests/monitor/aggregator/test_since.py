"""Where means began anew outlives the process that was told."""

import json
import logging
from pathlib import Path

import pytest

from monitor.aggregator.since import FILE, Since, SinceFile

MINE = Since(first=40, time=100.5, author="me")


def test_another_process_reads_what_was_kept_for_the_same_run_alone(tmp_path: Path) -> None:
    SinceFile(tmp_path).keep(98, MINE)

    assert SinceFile(tmp_path).read(98) == MINE
    assert SinceFile(tmp_path).read(99) is None


def test_what_was_asked_for_before_the_first_event_holds_for_the_run_that_came(tmp_path: Path) -> None:
    SinceFile(tmp_path).keep(-1, MINE)

    assert SinceFile(tmp_path).read(98) == MINE


def test_nothing_is_left_when_means_are_those_of_the_run_again(tmp_path: Path) -> None:
    held = SinceFile(tmp_path)
    held.keep(98, MINE)
    held.keep(98, None)

    assert not [*tmp_path.iterdir()]
    assert held.read(98) is None


def test_the_file_is_written_only_when_something_changed(tmp_path: Path) -> None:
    held = SinceFile(tmp_path)
    held.keep(98, MINE)
    (tmp_path / FILE).unlink()
    held.keep(98, MINE)

    assert not [*tmp_path.iterdir()]


NO_NUMBER = json.dumps({"run": 98, "first": "a", "time": 1, "author": "me"})
NO_RUN = json.dumps({"run": "x", "first": 1})


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "{}", NO_NUMBER, NO_RUN])
def test_a_broken_file_is_named_and_the_means_are_those_of_the_run(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE).write_text(text)

    with caplog.at_level(logging.WARNING):
        assert SinceFile(tmp_path).read(98) is None

    assert [record.message for record in caplog.records] == ["means_not_known"]


def test_a_folder_that_is_gone_costs_nothing_but_the_memory(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        SinceFile(tmp_path / "gone").keep(98, MINE)

    assert [record.message for record in caplog.records] == ["means_not_kept"]
