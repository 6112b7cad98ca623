"""Limits that people change on a page: checked, kept, taken back, the same for every dashboard of the folder."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from dashboards.alarms import book as module
from dashboards.alarms.book import FILE, AlarmBook
from monitor.settings import Alarm

DIM = Alarm(name="dim", value="ipm2/sum", below=1.0, back=2.0, command=("logger", "dim"))
RATE = Alarm(name="slow", service="rate", below=60.0, seconds=5.0)
NAMES = ("ipm2/sum", "ipm3/sum")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other dashboards' changes are looked for with every call."""
    monkeypatch.setattr(module, "LOOK_AGAIN_S", 0.0)


def book(folder: Path | str) -> AlarmBook:
    return AlarmBook([DIM, RATE], str(folder), clock=lambda: 50.0)


def below(found: AlarmBook) -> float | None:
    return found.limits[0].alarm.below


def test_a_changed_limit_holds_with_who_and_when_and_survives_a_restart(tmp_path: Path) -> None:
    first = book(tmp_path)

    assert first.change("dim", {"below": 0.5}, "Ada", NAMES) == "In force since version 1 of the alarms."

    for each in (first, book(tmp_path)):
        limit = each.limits[0]
        assert (limit.alarm.below, limit.alarm.back, limit.author, limit.time) == (0.5, 2.0, "Ada", 50.0)
        assert each.versions[0].what == "dim: below 1 → 0.5"
        assert (each.limits[1].author, math.isnan(each.limits[1].time)) == ("", True)


def test_another_dashboard_of_the_folder_sees_it(tmp_path: Path) -> None:
    one, other = book(tmp_path), book(tmp_path)
    one.change("dim", {"below": 0.5}, "Ada")

    other.refresh()
    assert below(other) == 0.5
    other.change("dim", {"on": False}, "Bob")
    one.refresh()

    assert [alarm.name for alarm in one.active] == ["slow"]
    assert [each.author for each in one.versions] == ["Ada", "Bob"]


def test_changes_are_taken_back_one_after_the_other(tmp_path: Path) -> None:
    found = book(tmp_path)
    found.change("dim", {"below": 0.5}, "Ada")
    found.change("dim", {"below": 0.4}, "Ada")
    found.change("slow", {"on": False}, "Ada")

    found.undo("Bob")
    assert (below(found), len(found.active)) == (0.4, 2)
    found.undo("Bob")
    assert below(found) == 0.5
    found.undo("Bob")
    assert (below(found), found.limits[0].author) == (1.0, "")
    assert found.undo("Bob") == "There is no change to take back."
    assert found.versions[-1].what == "taken back version 1: dim: below 1 → 0.5"


def test_what_was_forgotten_cannot_be_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_VERSIONS", 2)
    found = book(tmp_path)
    for limit in (0.5, 0.4, 0.3, 0.2):
        found.change("dim", {"below": limit}, "Ada")

    found.undo("Ada")
    assert below(found) == 0.3
    assert found.undo("Ada") == "There is no change to take back."


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"value": "ipm2/sum +"}, "Refused: "),
        ({"value": "ipm22/sum"}, "there is no field 'ipm22/sum' in this run (did you mean 'ipm2/sum'?)"),
        ({"below": None}, "an alarm needs one limit: above or below"),
        ({"above": 3.0}, "an alarm needs one limit: above or below"),
        ({"service": "rate"}, "exactly one of value, service and absent"),
        ({"back": 0.5}, "the way back (0.5) must not be below the limit (1)"),
        ({"below": math.nan}, "finite"),
        ({"seconds": -1.0}, "alarm.0.seconds"),
        ({"average": 0}, "alarm.0.average"),
        ({"below": "low"}, "alarm.0.below"),
        ({"value": "1" * 501}, "at most 500 letters"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_with_the_reason(tmp_path: Path, fields: dict[str, Any], why: str) -> None:
    found = book(tmp_path)

    assert why in found.change("dim", fields, "Ada", NAMES)
    assert found.limits[0].alarm == DIM
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize("key", ["command", "name", "anything"])
def test_a_command_is_never_given_from_a_page(tmp_path: Path, key: str) -> None:
    found = book(tmp_path)

    assert f"{key} of an alarm cannot be given on a page" in found.change("dim", {key: ["rm"]}, "Ada")
    assert found.limits[0].alarm.command == ("logger", "dim")


def test_a_command_in_the_file_of_changes_is_not_taken_either(tmp_path: Path) -> None:
    found = book(tmp_path)
    found.change("dim", {"below": 0.5}, "Ada")
    said = json.loads((tmp_path / FILE).read_text())
    said["versions"][0]["edits"]["dim"]["command"] = ["rm"]
    (tmp_path / FILE).write_text(json.dumps(said))

    again = book(tmp_path)

    assert again.limits[0].alarm == DIM
    assert "command of an alarm cannot be given on a page" in again.trouble


def test_a_new_alarm_is_made_and_goes_when_that_is_taken_back(tmp_path: Path) -> None:
    found = book(tmp_path)

    found.change("bright", {"value": "ipm3/sum", "above": 9.0}, "Ada", NAMES)
    assert [alarm.name for alarm in book(tmp_path).active] == ["dim", "slow", "bright"]
    found.undo("Ada")

    assert [alarm.name for alarm in found.active] == ["dim", "slow"]


@pytest.mark.parametrize("name", ["", " dim", "a" * 61, "two\nlines"])
def test_a_name_that_cannot_be_shown_is_refused(tmp_path: Path, name: str) -> None:
    assert "Refused" in book(tmp_path).change(name, {"value": "a", "above": 1.0}, "Ada")


def test_an_alarm_that_the_settings_have_no_more_leaves_no_trace(tmp_path: Path) -> None:
    book(tmp_path).change("slow", {"below": 30.0}, "Ada")

    found = AlarmBook([DIM], str(tmp_path))

    assert ([limit.alarm for limit in found.limits], found.trouble) == ([DIM], "")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2, "versions": []}', '{"format": 1, "versions": [{"number": "x"}]}'])
def test_a_file_that_cannot_be_used_is_named_and_set_aside(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)

    found = book(tmp_path)

    assert found.trouble.startswith("alarms.json cannot be used (")
    assert (tmp_path / "alarms.json.set-aside").read_text() == text
    assert found.change("dim", {"below": 0.5}, "Ada") == "In force since version 1 of the alarms."


def test_without_a_folder_changes_end_with_the_process() -> None:
    found = book("")

    assert found.change("dim", {"below": 0.5}, "Ada") == "In force until this dashboard ends."
    assert below(found) == 0.5


def test_a_change_that_changes_nothing_is_no_version(tmp_path: Path) -> None:
    found = book(tmp_path)

    assert found.change("dim", {"below": 1.0, "on": True}, "Ada") == "Nothing is different."
    assert found.versions == ()
