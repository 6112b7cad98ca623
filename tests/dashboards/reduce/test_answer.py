"""The answers on the first page, from rows written out by hand."""

from typing import Any

import numpy as np
import pytest

from dashboards.reduce.answer import beam, detector, monitor, overlap, scan, signal_seen
from dashboards.snapshot import FieldInfo, Snapshot, StatusHistory
from dashboards.table import Table


def table(**columns: Any) -> Table:
    values = {name.replace("__", "/"): np.asarray(each, float) for name, each in columns.items()}
    seq = np.arange(len(next(iter(values.values()))))
    return Table(seq, np.ones_like(seq), np.zeros_like(seq), seq / 120.0, values)


def status(lost: list[float] | None = None, late: float = 0.05, **said: Any) -> Snapshot:
    lost = lost or [0.0]
    none = np.full(len(lost), np.nan)
    history = StatusHistory(none, none, none, np.full(len(lost), late), np.array(lost))
    return Snapshot(status={"rate": 120.0, **said}, status_at=0.0, status_history=history)


@pytest.mark.parametrize(("now", "level", "word"), [(1.0, "good", "beam"), (0.5, "warn", "weak"), (0.1, "bad", "no beam")])
def test_the_beam_is_judged_by_what_is_usual_in_the_run(now: float, level: str, word: str) -> None:
    snapshot = Snapshot(fields={"ipm2/sum": FieldInfo("V")})

    found = beam(snapshot, table(ipm2__sum=[1.0] * 1000 + [now] * 240))

    assert (found.level, found.word, found.value) == (level, word, f"{now:g} V")
    assert f"{100 * now:.0f} % of the run's median" in found.detail
    assert "last 240 events" in found.detail


def test_events_without_intensity_are_no_beam() -> None:
    assert beam(Snapshot(), table(ipm2__sum=[1.0] * 1000 + [np.nan] * 240)).level == "bad"


def test_a_run_without_monitor_does_not_pretend_to_know() -> None:
    assert beam(Snapshot(), table(a__b=[1.0])).level == "quiet"


def test_the_time_tool_tells_the_overlap_of_pumped_events_alone() -> None:
    laser, edge = [0, 1] * 500, [0.0, 1.0] * 500
    found = overlap(table(lightStatus__laser=laser, tt__AMPL=edge))

    assert (found.level, found.word) == ("good", "overlap")
    assert "edge in 100 % of pumped events" in found.detail
    assert "laser on in 50 % of 240 events" in found.detail


def test_an_edge_that_is_gone_is_no_overlap() -> None:
    found = overlap(table(lightStatus__laser=[1] * 1240, tt__AMPL=[1.0] * 1000 + [0.05] * 240))

    assert (found.level, found.word) == ("bad", "no edge")


def test_a_laser_that_is_off_is_told() -> None:
    assert overlap(table(lightStatus__laser=[1] * 100 + [0] * 240)).word == "laser off"


def test_a_source_that_goes_missing_is_named() -> None:
    found = detector(table(ipm2__sum=[1.0] * 1240, cspad__sum=[1.0] * 1000 + [np.nan] * 240))

    assert (found.level, found.word, found.value) == ("bad", "missing", "cspad")
    assert found.detail == "in 0 % of the last 240 events"


def test_a_source_that_is_always_slow_is_healthy() -> None:
    slow = np.where(np.arange(1200) % 4 == 0, 1.0, np.nan)

    assert detector(table(ipm2__sum=[1.0] * 1200, camera__sum=slow)).level == "good"


def test_a_difference_of_many_errors_is_a_pumped_signal() -> None:
    laser = np.arange(1000) % 2
    value = 1 + 0.1 * laser + 0.1 * (np.arange(1000) // 2 % 2 * 2 - 1)

    found = signal_seen(Snapshot(), table(lightStatus__laser=laser, cspad__ROI_0_sum=value))

    # Both halves spread by 0.1: the error of the difference is 0.1 * sqrt(2 / 500), so the difference is 15.8 of them.
    assert (found.level, found.word) == ("good", "pumped signal")
    assert "15.8 σ over 1\u202f000 events" in found.detail


def test_no_difference_is_not_called_one() -> None:
    laser = np.arange(1000) % 2
    value = 1 + 0.1 * (np.arange(1000) // 2 % 2 * 2 - 1)

    assert signal_seen(Snapshot(), table(lightStatus__laser=laser, cspad__ROI_0_sum=value)).word == "no difference yet"


def test_the_scan_tells_how_long_it_will_take() -> None:
    snapshot = status(processed=2_400, reader={"step": 4, "total": 9_600})

    found = scan(snapshot, table(scan__delay=[100.0, 200.0]))

    assert (found.word, found.value) == ("25 %", "delay 200")
    assert found.detail == "step 4; 2\u202f400 of 9\u202f600 events, 60 s to go"


def test_losses_of_long_ago_are_not_losing() -> None:
    assert monitor(status(lost=[0.0] + [7.0] * 30)).level == "good"


@pytest.mark.parametrize(
    ("snapshot", "word"),
    [
        (status(lost=[0.0] * 10 + [7.0]), "losing"),
        (status(late=3.0), "behind"),
        (status(held_up="the disk is full"), "held up"),
        (Snapshot(), "no answer"),
        (status(processed=0), "not started"),
    ],
)
def test_a_monitor_that_does_not_keep_up_says_so(snapshot: Snapshot, word: str) -> None:
    assert monitor(snapshot).word == word
