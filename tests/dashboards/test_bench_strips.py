"""A line of the measurement follows from what was drawn and used, and the service's part keeps the pace."""

import math

import pytest

from dashboards.bench_pages import Meter
from dashboards.bench_strips import Drawn, row_of
from monitor.tools.bench_tables import strip_columns

BEFORE = Meter(at=10.0, dashboard=3.0, memory=200.0, audience=1.0)
AFTER = Meter(at=15.0, dashboard=4.0, memory=210.0, audience=3.5)


def test_a_line_is_that_of_the_chart_that_was_painted_least() -> None:
    moments = [[0.0, 40.0, 90.0, 130.0], [0.0, 41.0, 131.0]]
    drawn = Drawn(moments=moments, ages=[30.0, 40.0, 90.0], paintings=14, messages=100, bytes=250_000)

    row = row_of(drawn, BEFORE, AFTER)

    assert (row.charts, row.per_s_least, row.longest_ms) == (2, pytest.approx(0.6), pytest.approx(90.0))
    assert (row.age_ms_median, row.age_ms_99) == (pytest.approx(40.0), pytest.approx(89.0))
    assert row.paintings == pytest.approx(2.0)
    assert (row.messages_per_s, row.kilobytes) == (pytest.approx(20.0), pytest.approx(2.5))
    assert (row.dashboard_share, row.browser_share) == (pytest.approx(0.2), pytest.approx(0.5))


def test_charts_that_were_never_painted_have_no_age() -> None:
    row = row_of(Drawn(moments=[[]]), BEFORE, AFTER)

    assert row.per_s_least == 0
    assert math.isnan(row.age_ms_median)
    assert strip_columns(row)["age ms, median"] == "-"
