"""Means that begin anew hold on every page with means, and each says from where on they count."""

from concurrent.futures import Future
from dataclasses import replace

import numpy as np
import pytest

from dashboards.pages.images import Images
from dashboards.pages.page import Page, View
from dashboards.pages.profiles import Profiles
from dashboards.pages.scalars import Scalars
from dashboards.pages.scan import Scan
from dashboards.reduce.answer import signal_seen
from dashboards.snapshot import Curves, FieldInfo, Since, Snapshot
from dashboards.table import Table
from monitor.settings import Settings
from monitor.wire.message import Message

EVENTS = 400
SEQ = np.arange(EVENTS)
DELAY = np.where(SEQ < 200, SEQ // 100, 2 + SEQ // 50 % 2) * 1.0
"""Steps 0 and 1, then 2 and 3 twice."""

SINCE = Since(first=200, time=75790.0, author="Ada")
SAID = "event 200, 21:03:10 UTC by Ada"


def snapshot(since: Since | None = SINCE, events: int = EVENTS) -> Snapshot:
    seq = SEQ.astype(np.float64)
    laser, signal = seq % 2, np.where(SEQ < 200, 1.0, 3.0) + seq % 2
    columns = {"lightStatus/laser": laser, "scan/delay": DELAY, "ipm3/sum": signal, "ipm2/sum": np.ones(EVENTS)}
    rows = Table(SEQ, SEQ * 0, SEQ * 0, seq, columns).part(0, events)
    curves = Curves(SEQ[:events], np.outer(signal, np.arange(1, 8))[:events], FieldInfo("V"))
    fields = {name: FieldInfo() for name in columns}
    return Snapshot(version=1, rows=rows, rows_at=1.0, fields=fields, curves={"d/azav": curves}, since=since)


class Asked:
    """What pages ask the service for."""

    def __init__(self) -> None:
        self.means: list[str] = []

    def begin(self, begin: str) -> Future[Message]:
        self.means.append(begin)
        return Future()

    def view(self, **arguments: str) -> View:
        return View(
            settings=Settings(),
            snapshot=Snapshot,
            arguments=arguments,
            redraw=lambda: None,
            control=lambda changes: Future(),
            undo=Future,
            means=self.begin,
            later=lambda action: None,
        )


def test_means_of_curves_and_their_difference_stand_on_later_events_alone() -> None:
    page = Profiles(Asked().view(window="0"))

    said = page.update(snapshot()).text["profile-state"]

    assert said == f"Mean of 200 of the 200 events that are kept since {SAID}."
    for name, value in (("mean", 3.5), ("on", 4.0), ("off", 3.0)):
        np.testing.assert_allclose(page._means[name].mean, value * np.arange(1, 8))
    assert (page._means["on"].events, page._means["off"].events) == (100, 100)


def test_a_mean_that_was_just_begun_anew_is_empty_and_says_so_at_once() -> None:
    page = Profiles(Asked().view(window="0"))
    page.update(snapshot(None))
    assert page._means["mean"].events == 400

    said = page.update(replace(snapshot(), since=replace(SINCE, first=400))).text["profile-state"]

    assert said.startswith("The means have begun anew at event 400, 21:03:10 UTC by Ada; the first one comes")
    assert page._means["mean"].events == 0


@pytest.mark.parametrize(
    ("events", "since", "positions", "said"),
    [
        ("run", SINCE, 4, f"Means began anew at {SAID}; the scan keeps its earlier events."),
        ("since", SINCE, 2, f"Only events since {SAID}."),
        ("since", None, 4, "Nobody had means begin anew: these are the events of the whole run."),
        ("run", None, 4, "400 of 400 events (100 %), 4 positions."),
    ],
)
def test_a_scan_keeps_its_earlier_steps_unless_later_events_are_asked_for(
    events: str, since: Since | None, positions: int, said: str
) -> None:
    page = Scan(Asked().view(events=events, variable="scan/delay", signal="ipm3/sum", monitor="ipm2/sum", time=""))

    shown = page.update(snapshot(since)).text["scan-state"]

    assert f"{positions} positions." in shown
    assert shown.endswith(said)
    points = page._plain.numbers("")[" on"]
    assert points["x"].tolist() == [0.0, 1.0, 2.0, 3.0][-positions:]
    assert points["y"].tolist() == pytest.approx([2.0, 2.0, 4.0, 4.0][-positions:])


def test_who_presses_the_button_of_the_scan_sees_later_events_alone() -> None:
    asked = Asked()
    view = asked.view()
    page = Scan(view)

    view.acts["means"]("now")
    begun = page.update(snapshot()).text
    view.acts["means"]("run")

    assert asked.means == ["now", "run"]
    assert "200 of 200 events" in begun["scan-state"]
    assert "400 of 400 events" in page.update(snapshot(None)).text["scan-state"]


@pytest.mark.parametrize("page", [Profiles, Scan, Scalars])
def test_the_button_is_there_for_the_present_alone(page: type[Page]) -> None:
    opened = page(Asked().view())

    here = opened.update(snapshot(None)).text
    back = opened.update(snapshot()).text
    held = opened.update(replace(snapshot(), held="event 300")).text

    assert (here["means-now"], here["means-run"]) == ("Begin the means anew", "")
    assert (back["means-now"], back["means-run"]) == ("Begin the means anew", "Means of the whole run again")
    assert (held["means-now"], held["means-run"]) == ("", "")


def test_the_mean_of_a_step_can_begin_anew_and_what_nothing_is_added_to_cannot() -> None:
    for kind, offered in (("step", True), ("mean", True), ("live", False), ("mask", False)):
        assert bool(Images(Asked().view(image=kind)).update(snapshot()).text["means-now"]) is offered


def test_the_difference_on_the_first_page_counts_from_there_too() -> None:
    found = signal_seen(snapshot(replace(SINCE, first=380)), snapshot().rows)

    assert "over 20 events, since means began anew" in found.detail
