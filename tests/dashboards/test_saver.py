"""What the small buttons above a figure save says which events it stands on, where means have begun anew."""

from dataclasses import replace
from typing import Any

import pytest
from bokeh.document import Document

from dashboards.pages.hits import Hits
from dashboards.pages.page import Page
from dashboards.pages.profiles import Profiles
from dashboards.pages.timetool import TimeTool
from dashboards.saver import Saver
from dashboards.snapshot import Snapshot
from monitor.plugins import load_folder
from tests.dashboards.pages.test_anew import SAID, Asked, snapshot
from tests.dashboards.pages.test_anew_of_rows import edges, hits

load_folder("dashboards.plots")

ANEW = f"# means_began_anew: {SAID}"


def saved(page: type[Page], shown: Snapshot, of: Any) -> list[str]:
    """The lines above the numbers of a figure; ``of`` picks it from the page."""
    view = replace(Asked().view(window="0"), snapshot=lambda: shown)
    made, document = page(view), Document()
    made.update(shown)
    for root in made.roots.values():
        document.add_root(root)
    making = Saver(document, view, page.title)._making(f'["{of(made).id}", "csv"]')
    assert making is not None
    _, content = making()
    return [line for line in content.decode().splitlines() if line.startswith("#")]


@pytest.mark.parametrize(
    ("page", "shown", "of"),
    [
        (Hits, hits(), lambda page: page._bars.figure),
        (TimeTool, edges(), lambda page: page._bars.figure),
        (TimeTool, edges(), lambda page: page._against[1].figure),
    ],
)
def test_a_plot_of_later_events_says_that_it_stands_on_them_alone(page: type[Page], shown: Snapshot, of: Any) -> None:
    lines = saved(page, shown, of)
    assert f"# events: since {SAID}" in lines
    assert ANEW in lines


@pytest.mark.parametrize(
    ("page", "shown", "of"),
    [(Hits, hits(), lambda page: page._rate.figure), (TimeTool, edges(), lambda page: page._drift.figure)],
)
def test_a_plot_that_keeps_earlier_events_says_where_means_began_anew(page: type[Page], shown: Snapshot, of: Any) -> None:
    lines = saved(page, shown, of)
    assert ANEW in lines
    assert not [line for line in lines if line.startswith("# events")]


def test_curves_say_of_which_events_their_means_are() -> None:
    lines = saved(Profiles, snapshot(), lambda page: page._profile.figure)
    assert f"# events: means since {SAID}" in lines


@pytest.mark.parametrize("since", ["events", "means_began_anew"])
def test_where_nothing_began_anew_nothing_is_said_of_it(since: str) -> None:
    lines = saved(Hits, hits(None), lambda page: page._bars.figure)
    assert not [line for line in lines if line.startswith(f"# {since}")]
