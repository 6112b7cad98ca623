"""The schedule of a replay."""

import math

import pytest

from monitor.reader.pace import Pace


def test_no_error_adds_up_over_minutes() -> None:
    pace, now, released = Pace(120.0), 5.0, []
    assert pace.due(now) == 1
    while now < 5.0 + 600.0:
        due = pace.due(now)
        assert due is not None
        released += [now] * due
        pace.release(due)
        # A loop that is late by up to 5 ms each time.
        now += max(pace.wait_s(now), 1e-6) + 0.005 * (len(released) % 7) / 7
    late = [moment - (5.0 + i / 120.0) for i, moment in enumerate(released)]
    assert min(late) > -1e-6
    assert max(late) < 0.0051
    assert len(released) / (released[-1] - released[0]) == pytest.approx(120.0, rel=1e-3)


def test_without_a_rate_everything_is_due() -> None:
    pace = Pace(0.0)
    assert pace.due(1.0) is None
    assert pace.wait_s(1.0) == math.inf
    assert pace.lag(1.0) == 0.0


def test_after_a_pause_what_is_overdue_comes_at_once_and_its_lag_is_known() -> None:
    pace = Pace(10.0)
    pace.due(0.0)
    pace.release(1)
    assert pace.due(0.55) == 5
    assert pace.lag(0.55) == pytest.approx(0.45)
