"""The page of published plots keeps figures that keep their form, and survives what scripts send."""

from typing import Any

import numpy as np
import pytest

from dashboards.intake import Intake
from dashboards.pages.page import View
from dashboards.pages.published import Published
from dashboards.snapshot import Snapshot
from monitor.client import Hist, Image, MultiPlot, XYPlot, plot_message
from monitor.errors import ProtocolError
from monitor.settings import Settings
from monitor.wire.message import Message


def page(**arguments: str) -> Published:
    def nothing(*given: Any) -> Any:
        raise AssertionError("nobody asked for anything")

    return Published(
        View(
            settings=Settings(),
            snapshot=Snapshot,
            arguments=arguments,
            redraw=lambda: None,
            control=nothing,
            undo=nothing,
            later=nothing,
        )
    )


def heard(intake: Intake, topic: str, plot: Any, n: int = 1) -> Snapshot:
    message = plot_message(topic, plot)
    intake.take(Message("plot", {**message.header, "n": n, "session": 1}, message.arrays, f"plot/{topic}"), float(n))
    return intake.snapshot()


def figures(shown: Published) -> list[Any]:
    return [plot.figure for plot in shown._plots.values()]


def test_without_a_plot_the_page_says_how_to_publish_one() -> None:
    assert "publish.send" in page().update(Snapshot()).text["published-state"]


def test_a_plot_that_keeps_its_form_keeps_its_figure_and_gets_new_data() -> None:
    intake, shown = Intake(100), page()
    shown.update(heard(intake, "mine", XYPlot(1, "t", [1, 2], [3, 4])))
    (before,) = figures(shown)
    shown.update(heard(intake, "mine", XYPlot(2, "t", [1, 2, 3], [5, 6, 7]), n=2))
    (after,) = figures(shown)
    assert after is before
    assert after.title.text == "t   2"
    assert shown._plots["mine", 0]._sources[0].data["y"].tolist() == [5.0, 6.0, 7.0]
    shown.update(heard(intake, "mine", Hist(3, "t", [0, 1], [9]), n=3))
    assert figures(shown)[0] is not before


def test_every_kind_is_drawn_beside_one_that_cannot_be() -> None:
    intake, shown = Intake(100), page()
    parts = [XYPlot(1, "a", [1], [np.nan]), Image(1, "b", np.ones((3, 4))), Image(1, "c", np.ones(3)), Hist(1, "d", [0, 1], [2])]
    said = shown.update(heard(intake, "all", MultiPlot(1, "t", parts)))
    assert len(figures(shown)) == 4
    assert "no picture" in figures(shown)[2].title.text
    assert [row[0] for row in said.tables["published-ages"]] == ["all"]


def test_only_the_plots_chosen_are_shown() -> None:
    intake = Intake(100)
    heard(intake, "one", XYPlot(1, "t", [1], [2]))
    snapshot = heard(intake, "two", XYPlot(1, "t", [1], [2]))
    shown = page(plots="two")
    shown.update(snapshot)
    assert [topic for topic, _ in shown._plots] == ["two"]


@pytest.mark.parametrize("what", ["x", {}, {"kind": ["XYPlot"]}, {"kind": "XYPlot", "xdata": ["a/9"]}, {"kind": "MultiPlot"}])
def test_what_is_no_plot_is_refused_by_the_feed(what: Any) -> None:
    with pytest.raises(ProtocolError, match="no plot"):
        Intake(100).take(Message("plot", {"plot": what}, {}, "plot/mine"), 0.0)


def test_plots_nobody_looks_at_are_let_go() -> None:
    intake = Intake(100)
    heard(intake, "mine", XYPlot(1, "t", [1], [2]))
    intake.forget_pictures("plot/")
    assert not intake.snapshot().plots
