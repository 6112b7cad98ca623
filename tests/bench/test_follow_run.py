"""The followed run in its short form; the long form is a command of its own."""

import pytest

from tests.bench.follow_run import measure

pytestmark = pytest.mark.processes


def test_a_followed_run_is_complete() -> None:
    found = measure(2.0, lag_s=0.3)
    assert found.events == 240
    assert found.twice_or_missing == 0
    assert found.counts == {}
    assert found.delay_median_s > 0
