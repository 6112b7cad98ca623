"""Stale looks stale."""

from typing import Any

import pytest

from dashboards.condition import condition, header
from dashboards.snapshot import Snapshot


def snapshot(state: str = "running", status_at: float | None = 100.0, rows_at: float | None = 100.0, **more: Any) -> Snapshot:
    return Snapshot(status={"reader": {"state": state}, "rate": 119.6}, status_at=status_at, rows_at=rows_at, **more)


@pytest.mark.parametrize(
    ("found", "now", "level", "word"),
    [
        (Snapshot(), 100.0, "stale", "waiting"),
        (snapshot(), 100.5, "live", "running"),
        (snapshot(), 103.5, "stale", "no answer"),
        (snapshot(status_at=110.0), 110.5, "stale", "no events"),
        (snapshot(rows_at=None), 100.5, "stale", "no events"),
        (snapshot("draining"), 100.5, "live", "draining"),
        (snapshot("waiting", rows_at=None), 100.5, "idle", "starting"),
        (snapshot("ended", status_at=110.0), 110.5, "idle", "ended"),
        (snapshot(ended=True, status_at=110.0), 110.5, "idle", "ended"),
        (snapshot("ended"), 190.0, "stale", "no answer"),
        (snapshot(ended=True), 190.0, "idle", "ended"),
    ],
)
def test_the_condition_follows_what_was_heard_when(found: Snapshot, now: float, level: str, word: str) -> None:
    assert (condition(found, now).level, condition(found, now).word) == (level, word)


def test_a_condition_that_is_not_live_says_why() -> None:
    assert "12 s" in condition(snapshot(), 112.0).why
    assert condition(snapshot(), 100.5).why == ""


def test_the_header_has_a_text_for_everything_before_anything_is_heard() -> None:
    said = header(Snapshot(), 5.0)

    assert said["age"] is None
    assert said["text"]["head-rate"] == said["text"]["head-run"] == "–"


def test_the_header_shows_age_and_rate() -> None:
    said = header(snapshot(run={"run": 98}), 101.25)

    assert (said["age"], said["text"]["head-rate"], said["text"]["head-run"]) == (1.25, "120 Hz", "98")
