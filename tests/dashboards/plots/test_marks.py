"""Changes of the settings as lines in a plot."""

from typing import Any

from dashboards.look import chart
from dashboards.plots.marks import ChangeMarks
from dashboards.snapshot import SettingsVersion, Snapshot


def version(number: int, first: int, time: float, *what: str) -> SettingsVersion:
    return SettingsVersion(version=number, first=first, time=time, author="Ada", what=what, settings={})


CHANGES = (version(1, 0, 1e9), version(2, 100, 1e9 + 60, "a: 1 → 2"), version(3, 500, 1e9 + 90, "b: 1 → 2"))


def drawn(first: float, last: float, **options: Any) -> dict[str, list[Any]]:
    figure = chart(height=100)
    ChangeMarks(figure, **options).update(Snapshot(changes=CHANGES), first, last)
    data: dict[str, list[Any]] = figure.renderers[0].data_source.data
    return data


def test_a_line_is_drawn_where_a_version_begins_and_none_for_the_first() -> None:
    assert drawn(0, 1000)["x"] == [100.0, 500.0]


def test_nothing_is_drawn_outside_the_plot() -> None:
    assert drawn(200, 1000)["x"] == [500.0]


def test_over_time_the_lines_are_at_the_moments_of_the_changes() -> None:
    assert drawn(1e12, 2e12, over="datetime")["x"] == [1e12 + 60_000, 1e12 + 90_000]


def test_the_mouse_tells_who_and_when_and_what() -> None:
    assert drawn(0, 200)["text"] == ["v2 by Ada at 01:47:40: a: 1 → 2"]
