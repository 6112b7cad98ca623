"""Run ranges: what a name means, and why a file does not hold."""

import pytest

from monitor.calib.run_range import RunRange, reasons, select

NAMES = ["0-end.data", "10-20.data", "10-end.data", "30-25.data", "5-abc.data", "40-60.data", "010-20.data"]


def test_each_file_that_does_not_hold_says_why() -> None:
    assert reasons(NAMES, 15) == {
        "0-end.data": "10-20.data begins later",
        "10-20.data": "",
        "10-end.data": "10-20.data ends earlier",
        "30-25.data": "its range is reversed and holds for no run",
        "5-abc.data": "its name is no run range BEGIN-END.data",
        "40-60.data": "it holds for runs 40 to 60",
        "010-20.data": "10-20.data has the same range",
    }


def test_later_runs_use_what_holds_for_the_last_one() -> None:
    assert select(NAMES, 123456) == "10-end.data"
    assert reasons(["0-end.data"], 123456) == {"0-end.data": ""}


@pytest.mark.parametrize("name", ["5-10000.data", "5-end", "-5.data", "5.data", "1-2-3.data", "5-٣.data", "5-99999999999.data"])
def test_names_that_are_no_ranges(name: str) -> None:
    assert RunRange.parse(name) is None


@pytest.mark.parametrize(("runs", "name"), [(RunRange(3, 9999), "3-end.data"), (RunRange(0, 7), "0-7.data")])
def test_a_range_has_a_name(runs: RunRange, name: str) -> None:
    assert runs.file_name == name
    assert RunRange.parse(name) == runs
