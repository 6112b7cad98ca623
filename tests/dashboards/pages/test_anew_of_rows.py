"""Where a page averages over windows of rows, events from before means began anew count no longer; plots over time keep them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dashboards.card import Card
from dashboards.pages.hits import Hits
from dashboards.pages.timetool import TimeTool
from dashboards.pictures.book import Book
from dashboards.plots.choice import PlotChoice
from dashboards.snapshot import FieldInfo, Lists, Since, Snapshot
from dashboards.table import Table
from monitor.plugins import load_folder
from tests.dashboards.pages.test_anew import SAID, SEQ, SINCE, Asked, snapshot
from tests.dashboards.pages.test_images import known

load_folder("dashboards.plots")


def card(snapshot: Snapshot, **choice: Any) -> tuple[Mapping[str, NDArray[Any]], str]:
    """The only curve of a plot on *Scalars*, and the line above it."""
    made = Card(PlotChoice(**choice), lambda what: None, lambda offered: None)
    made.update(snapshot)
    (curve,) = made.plot.numbers().values()
    return curve, str(made.model.children[0].children[0].text)


SIGNAL = ("ipm3/sum",)


def test_a_histogram_counts_later_events_alone_and_says_so() -> None:
    shown, said = card(snapshot(), kind="histogram", y=SIGNAL, bins="0:5:1")

    # Before event 200 the signal is 1 and 2, from there on 3 and 4.
    assert shown["events"].tolist() == [0, 0, 0, 100, 100]
    assert said == f"200 of 200 events · last 7200 events, since {SAID}"


def test_a_window_that_begins_behind_the_mark_is_as_ever() -> None:
    _, said = card(snapshot(), kind="histogram", y=SIGNAL, window="150")

    assert said == "150 of 150 events · 150"


def test_a_profile_and_a_correlation_stand_on_later_events_alone() -> None:
    profile, _ = card(snapshot(), kind="profile", y=SIGNAL, x="lightStatus/laser", bins="-0.5:1.5:1")
    ranked, said = card(snapshot(), kind="matrix")

    assert profile["mean"].tolist() == [3.0, 4.0]
    assert profile["events"].tolist() == [100, 100]
    # Signal and laser differ by a constant since event 200; before it the signal was two lower.
    assert dict(zip(zip(ranked["x"], ranked["y"], strict=True), ranked["r"], strict=True))[
        ("lightStatus/laser", "ipm3/sum")
    ] == pytest.approx(1.0)
    assert said.endswith(f"since {SAID}")


def test_what_is_drawn_one_against_another_are_later_events() -> None:
    shown, _ = card(snapshot(), kind="scatter", y=SIGNAL, x="lightStatus/laser")

    assert set(zip(shown["x"].tolist(), shown["y"].tolist(), strict=True)) == {(0.0, 3.0), (1.0, 4.0)}


def test_a_plot_without_any_later_event_is_empty_and_says_so() -> None:
    shown, said = card(snapshot(replace(SINCE, first=400)), kind="histogram", y=SIGNAL, bins="0:5:1")

    assert shown["events"].tolist() == [0] * 5
    assert said.startswith("no events yet · last 7200 events, since event 400")


@pytest.mark.parametrize("average", ["150", "150s"])
def test_a_strip_chart_keeps_the_past_and_no_point_of_it_mixes_both(average: str) -> None:
    shown, said = card(snapshot(), kind="strip", y=SIGNAL, average=average)

    # Event i is taken at second i: points are 0-149, 150-199, 200-299 and 300-399.
    assert shown["events"].tolist() == [150, 50, 100, 100]
    assert shown["mean"].tolist() == [1.5, 1.5, 3.5, 3.5]
    assert said == "400 of 400 events · last 7200 events"


def test_a_strip_chart_is_divided_by_the_mean_of_later_events() -> None:
    shown, _ = card(snapshot(), kind="strip", y=SIGNAL, average="200", mode="relative")
    begun, _ = card(snapshot(replace(SINCE, first=400)), kind="strip", y=SIGNAL, average="200", mode="relative")

    assert shown["mean"].tolist() == pytest.approx([1.5 / 3.5, 1.0])
    assert np.isnan(begun["mean"]).all()


def hits(since: Since | None = SINCE) -> Snapshot:
    """Every fourth event is a hit with one peak, from event 200 on every second with three."""
    hit = np.where(SEQ < 200, SEQ % 4 == 0, SEQ % 2 == 0) * 1.0
    peaks = hit * np.where(SEQ < 200, 1, 3)
    lengths = peaks.astype(np.int64)
    elements = np.where(np.repeat(SEQ, lengths) < 200, 0.0, 1.0)
    lists = Lists(SEQ, np.cumsum(lengths) - lengths, lengths, elements, FieldInfo())
    columns = {"d/peaks_hit": hit, "d/peaks_nPeaks": peaks}
    rows = Table(SEQ, SEQ * 0, SEQ * 0, SEQ.astype(np.float64), columns)
    known = dict.fromkeys(("d/var_peaks/row", "d/var_peaks/col"), lists)
    return Snapshot(version=1, rows=rows, rows_at=1.0, fields=dict.fromkeys(columns, FieldInfo()), lists=known, since=since)


def test_hits_are_those_of_later_events_and_their_rate_over_time_keeps_the_past() -> None:
    page = Hits(Asked().view(window="0", group="120"))

    said = page.update(hits()).text

    assert said["hits-share"] == "50 %"
    assert said["hits-state"] == f"100 hits in 200 of the last 200 events. Only events since {SAID}; the plot keeps earlier ones."
    assert page._bars._source.data["count"].tolist() == [100, 0, 0, 100]
    # Points of 120 events: 0-119, 120-199, 200-239, 240-359, 360-399.
    assert page._rate._points.data["y"].tolist() == [25.0, 25.0, 50.0, 50.0, 50.0]


def test_peaks_of_earlier_events_are_not_on_the_map() -> None:
    page = Hits(replace(Asked().view(window="0"), detectors=Book(Snapshot, lambda name: known(name, rough=False))))
    page.update(hits())

    said = page.update(hits()).text["map-state"]

    assert said == f"300 peaks of 200 events since {SAID}, 1 x 1 pixels per point"
    # Earlier peaks are in the first corner, later ones in the last.
    assert page._map._source.data["image"][0].tolist() == [[0.0, 0.0], [0.0, 300.0]]


def test_hits_are_none_while_no_event_counts_yet() -> None:
    said = Hits(Asked().view(window="0")).update(hits(replace(SINCE, first=400))).text

    assert said["hits-share"] == "–"
    assert said["hits-state"].startswith("0 hits in 0 of the last 0 events. Only events since event 400")


def edges(events: int = 400) -> Snapshot:
    """An edge in column 10 until event 200, from there on in column 30 of every second event."""
    seq = np.arange(events)
    position = np.where(seq < 200, 10.0, np.where(seq % 2 == 0, 30.0, np.nan))
    columns = {"opal/ttEdge_pos": position, "opal/ttEdge_amp": np.ones(events)}
    rows = Table(seq, seq * 0, seq * 0, seq.astype(np.float64), columns)
    return Snapshot(version=1, rows=rows, rows_at=1.0, fields=dict.fromkeys(columns, FieldInfo()), since=SINCE)


def test_positions_of_earlier_events_are_in_the_plots_over_time_alone() -> None:
    page = TimeTool(Asked().view(window="0"))

    said = page.update(edges()).text

    assert said["timetool-share"] == "100 events"
    assert said["timetool-state"] == (
        f"100 of 200 events have a position; 100 % of these are within the limits. Only events since {SAID}; the plots over time "
        "and the calibration keep earlier ones."
    )
    assert page._bars.figure.title.text == "30 ± 0"
    assert page._against is not None
    assert set(page._against[1].numbers()["opal/ttEdge_pos"]["y"].tolist()) == {30.0}
    # Minutes of 60 events; the fourth is cut at 200 s.
    assert page._drift._points.data["y"].tolist() == [10.0] * 4 + [30.0] * 4
    assert page._drift._points.data["x"].tolist() == [30e3, 90e3, 150e3, 190e3, 220e3, 270e3, 330e3, 390e3]
    # The line is where event 200 was taken, whatever the clock said when somebody pressed the button.
    assert page._drift._marks is not None
    assert page._drift._marks._source.data["x"] == [200e3]


def test_where_the_window_is_of_later_events_only_the_calibration_is_spoken_of() -> None:
    said = TimeTool(Asked().view(window="600")).update(edges(1000)).text["timetool-state"]

    assert said.startswith("300 of 600 events have a position")
    assert said.endswith("within the limits. The calibration keeps events from before means began anew.")


@pytest.mark.parametrize(("page", "begun"), [(Hits, hits()), (TimeTool, edges())])
def test_means_begin_anew_from_here_too(page: type[Hits] | type[TimeTool], begun: Snapshot) -> None:
    asked = Asked()
    view = asked.view()
    opened = page(view)

    view.acts["means"]("now")

    assert asked.means == ["now"]
    assert opened.update(begun).text["means-run"] == "Means of the whole run again"
    assert opened.update(replace(begun, held="event 300")).text["means-now"] == ""
