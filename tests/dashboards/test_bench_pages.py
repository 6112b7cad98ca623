"""A line of the measurement follows from what was seen and used."""

import math
import os
import time

import psutil
import pytest

from dashboards.bench_audience import Seen
from dashboards.bench_pages import Meter, cpu_seconds, row_of
from monitor.tools.bench_tables import known, page_columns


def test_a_line_is_what_was_seen_and_used_between_two_moments() -> None:
    before = Meter(at=10.0, dashboard=3.0, memory=200.0, audience=1.0)
    after = Meter(at=15.0, dashboard=3.2, memory=210.0, audience=3.5)
    seen = [Seen(pictures=50, bytes=3_000_000, ages=[0.01, 0.03]), Seen(pictures=40, bytes=2_000_000, ages=[0.02]), Seen()]

    row = row_of(seen, before, after, megapixels=2.0, events_per_s=120.0, lost=3.0)

    assert (row.viewers, row.painting, row.megapixels) == (3, 2, 2.0)
    assert (row.per_s_least, row.per_s_mean) == (0.0, pytest.approx(6.0))
    assert row.age_ms_median == pytest.approx(20.0)
    assert row.megabytes_per_s == pytest.approx(1.0)
    assert (row.dashboard_share, row.ms_per_picture) == (pytest.approx(0.04), pytest.approx(4.0))
    assert (row.viewers_share, row.mb_begin, row.mb_end) == (pytest.approx(0.5), 200.0, 210.0)
    assert (row.events_per_s, row.lost) == (120.0, 3.0)


def test_without_anybody_who_looks_there_are_dashes_and_no_nan_in_json() -> None:
    meter = Meter(at=0.0, dashboard=0.0, memory=1.0)
    row = row_of([], meter, Meter(at=1.0, dashboard=0.1, memory=1.0), megapixels=math.nan, events_per_s=120.0, lost=0.0)

    columns = page_columns(row)

    assert (columns["mean"], columns["age ms, median"], columns["ms a picture"]) == ("-", "-", "-")
    assert columns["dashboard, cores"] == pytest.approx(0.1)
    assert known({"a": math.nan, "b": 1.0, "c": 2}) == {"a": None, "b": 1.0, "c": 2}


def test_processor_time_is_what_the_system_counts_for_all_threads() -> None:
    children = sum(sum(each.cpu_times()[:2]) for each in psutil.Process().children(recursive=True))
    before = time.process_time()
    used = cpu_seconds(os.getpid())
    after = time.process_time()

    # Children, if some other test has left any, are counted along, in steps of 10 ms.
    assert before <= used <= after + children + 0.1


def test_where_processes_have_no_clock_that_others_may_read_their_times_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(clock: int) -> float:
        raise OSError

    monkeypatch.setattr(time, "clock_gettime", closed)

    assert cpu_seconds(os.getpid()) == pytest.approx(time.process_time(), abs=0.2)
