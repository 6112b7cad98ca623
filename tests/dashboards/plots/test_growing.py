"""What the browser has after each message is what should be shown, and few numbers travel for it."""

from typing import Any

import numpy as np
import pytest
from bokeh.document import Document
from bokeh.models import ColumnDataSource
from hypothesis import given
from hypothesis import strategies as st

from dashboards.plots.growing import Growing
from dashboards.reduce.strip import strip


def points(first: int, stop: int, size: int = 5) -> dict[str, np.ndarray[Any, Any]]:
    """Groups of events with a value that follows from their number; some have none."""
    seq = np.arange(first, stop)
    values = np.where(seq % 35 < 5, np.nan, np.sin(seq / 7.0))
    found = strip(seq, values, 10_000, least=size)
    return {"x": found.x, "mean": found.mean, "low": found.low}


def kept(source: ColumnDataSource) -> dict[str, list[float]]:
    return {name: list(values) for name, values in source.data.items()}


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 60)), max_size=8), st.integers(1, 7))
def test_after_any_moves_of_the_window_the_source_has_the_new_points(moves: list[tuple[int, int]], size: int) -> None:
    source = ColumnDataSource()
    curve, first, stop = Growing(source), 1000, 1200
    for left, right in moves:
        first, stop = min(first + left, stop), stop + right
        wanted = points(first, stop, size)
        before = {name: values.copy() for name, values in wanted.items()}
        curve.show(wanted)

        for name, values in wanted.items():
            np.testing.assert_array_equal(np.array(kept(source)[name]), values)
            np.testing.assert_array_equal(values, before[name])


def test_only_new_points_and_the_ends_travel() -> None:
    source, document, events = ColumnDataSource(), Document(), []
    document.add_root(source)
    curve = Growing(source)
    curve.show(points(0, 2000))
    document.on_change(events.append)

    curve.show(points(6, 2006))

    assert [type(event).__name__ for event in events] == ["ColumnsStreamedEvent", "ColumnsPatchedEvent"]
    assert len(events[0].data["x"]) == 2
    assert len(events[1].patches["x"]) <= 2


def test_the_same_points_send_nothing() -> None:
    source, document, events = ColumnDataSource(), Document(), []
    document.add_root(source)
    curve = Growing(source)
    curve.show(points(0, 500))
    document.on_change(events.append)

    curve.show(points(0, 500))

    assert events == []


@pytest.mark.parametrize("other", [points(5000, 5400), points(0, 3), points(0, 0), points(0, 400, 7)])
def test_other_points_replace_the_old_ones(other: dict[str, np.ndarray[Any, Any]]) -> None:
    source = ColumnDataSource()
    curve = Growing(source)
    curve.show(points(0, 400))

    curve.show(other)

    for name, values in other.items():
        np.testing.assert_array_equal(source.data[name], values)
