"""Rows and status in, alarms out."""

from dataclasses import replace
from typing import Any

import numpy as np

from dashboards.alarms.watch import Watch
from dashboards.snapshot import Snapshot, StatusHistory
from monitor.settings import Alarm
from tests.support.rows import table


def snapshot(*values: float, first: int = 0, **more: Any) -> Snapshot:
    rows = table(first, *values, name="ipm2/sum")
    return Snapshot(rows=rows, **more)


def status(moment: float, **said: Any) -> Snapshot:
    none = np.array([np.nan])
    history = StatusHistory(none, none, none, none, none)
    return Snapshot(status={"reader": {"state": "running"}, **said}, status_at=moment, status_history=history)


DIM = Alarm(name="dim", value="ipm2/sum * 2", below=1.0)


def test_rows_from_before_the_start_raise_nothing() -> None:
    assert Watch([DIM]).look(snapshot(0.1, 0.1), 0.0, 0.0) == []


def test_a_new_row_beyond_the_limit_is_told_once() -> None:
    watch = Watch([DIM])
    watch.look(snapshot(1.0), 0.0, 0.0)

    (event,) = watch.look(snapshot(1.0, 0.4), 1.0, 50.0)

    assert (event.name, event.what, event.value, event.time, event.text) == ("dim", "raised", 0.8, 50.0, "ipm2/sum * 2 below 1")
    assert watch.look(snapshot(1.0, 0.4), 2.0, 51.0) == []
    assert [each.name for each in watch.raised] == ["dim"]


def test_an_alarm_that_flickers_within_one_look_is_told_once() -> None:
    watch = Watch([DIM])
    watch.look(snapshot(1.0), 0.0, 0.0)

    happened = watch.look(snapshot(1.0, *[0.4, 1.0] * 50), 1.0, 50.0)

    assert [event.what for event in happened] == ["raised", "over"]


def test_an_alarm_that_is_over_is_shown_until_somebody_has_seen_it() -> None:
    watch = Watch([DIM])
    watch.look(snapshot(1.0), 0.0, 0.0)
    watch.look(snapshot(1.0, 0.4, 1.0), 1.0, 50.0)
    assert [each.over for each in watch.raised] == [True]

    watch.acknowledge("dim", "Ada", 60.0)

    assert watch.raised == ()
    assert [event.what for event in watch.history] == ["raised", "over", "acknowledged"]
    assert watch.history[-1].text == "by Ada"


def test_an_acknowledged_alarm_stays_until_it_is_over() -> None:
    watch = Watch([DIM])
    watch.look(snapshot(1.0), 0.0, 0.0)
    watch.look(snapshot(1.0, 0.4), 1.0, 50.0)
    watch.acknowledge("dim", "Ada", 60.0)
    assert [each.acknowledged for each in watch.raised] == ["Ada"]

    watch.look(snapshot(1.0, 0.4, 1.0), 1.0, 70.0)

    assert watch.raised == ()


def test_a_field_that_events_do_not_have_is_absent() -> None:
    watch = Watch([Alarm(name="gone", absent="ipm2/sum", events=2)])
    watch.look(snapshot(1.0), 0.0, 0.0)

    assert watch.look(snapshot(1.0, np.nan), 0.0, 0.0) == []
    assert [event.what for event in watch.look(snapshot(1.0, np.nan, np.nan), 0.0, 0.0)] == ["raised"]


def test_a_field_that_no_event_ever_had_is_absent_and_named() -> None:
    watch = Watch([Alarm(name="gone", absent="ipm3/sum")])
    watch.look(snapshot(1.0), 0.0, 0.0)

    assert [event.what for event in watch.look(snapshot(1.0, 1.0), 0.0, 0.0)] == ["raised"]
    assert "there is no field" in watch.wrong["gone"]


def test_what_is_only_counted_is_judged_by_its_growth_in_a_second() -> None:
    watch = Watch([Alarm(name="losing", service="lost", above=10.0)])
    watch.look(status(100.0, lost=1000), 100.0, 0.0)

    assert watch.look(status(102.0, lost=1020), 102.0, 0.0) == []
    (event,) = watch.look(status(104.0, lost=1060), 104.0, 0.0)
    assert event.value == 20.0


def test_a_service_that_says_nothing_has_no_rate() -> None:
    watch = Watch([Alarm(name="slow", service="rate", below=100.0)])
    last = status(100.0, rate=120.0)
    assert watch.look(last, 100.1, 0.0) == []

    assert [event.what for event in watch.look(last, 106.0, 0.0)] == ["raised"]


def test_no_rate_is_too_low_before_the_source_begins_or_after_it_has_ended() -> None:
    watch = Watch([Alarm(name="slow", service="rate", below=100.0)])
    ended = replace(status(100.0, rate=0.0), status={"reader": {"state": "ended"}, "rate": 0.0})

    assert watch.look(ended, 100.1, 0.0) == []
    assert watch.look(replace(ended, ended=True), 110.0, 0.0) == []


def test_a_run_that_begins_anew_is_judged_from_its_beginning() -> None:
    watch = Watch([DIM])
    watch.look(snapshot(1.0, first=1000), 0.0, 0.0)
    watch.look(snapshot(1.0, first=0, restarts=1), 0.0, 0.0)

    assert [event.what for event in watch.look(snapshot(1.0, 0.1, first=0, restarts=1), 0.0, 0.0)] == ["raised"]
