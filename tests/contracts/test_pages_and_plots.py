"""Every page and every plot, found by folder: they can be built and shown before, during and in spite of the data."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from jinja2 import ChoiceLoader, DictLoader, Environment, FileSystemLoader

from dashboards.pages.page import PAGES, Page, View
from dashboards.plots.choice import PlotChoice
from dashboards.plots.plot import PLOTS, Plot
from dashboards.server import TEMPLATES
from dashboards.snapshot import FieldInfo, Picture, Snapshot, StatusHistory
from dashboards.table import Table, empty
from monitor.plugins import load_folder
from monitor.settings import Settings

load_folder("dashboards.pages")
load_folder("dashboards.plots")

NAN = np.nan
BARE = Environment(
    loader=ChoiceLoader([DictLoader({"base.html": "{% block main %}{% endblock %}"}), FileSystemLoader(TEMPLATES)]),
    autoescape=True,
)
"""The pages' own parts of their templates."""
FRAME = (TEMPLATES / "base.html").read_text()
"""What stands around every page; there is one place in it for why a page has nothing to draw."""


def table(values: Any) -> Table:
    seq = np.arange(len(values))
    column = np.array(values, np.float64)
    names = ["ipm2/sum", "ipm3/sum", "scan/delay", "phase_cav/fit_time_1", "lightStatus/laser"]
    return Table(seq, seq * 0, seq * 0, seq * 1.0, dict.fromkeys(names, column))


FIELDS = {"ipm2/sum": FieldInfo("V"), "ipm3/sum": FieldInfo("V")}
ROWS = {
    "nothing": empty(),
    "one": table([1.0]),
    "absent": table([NAN] * 20),
    "constant": table([3.0] * 20),
    "infinite": table([np.inf, -np.inf, 1.0, 2.0]),
    "huge": table([1e300, -1e300, 0.0]),
    "many": table(np.linspace(-1, 1, 5000)),
}


def snapshot(rows: Table) -> Snapshot:
    image = np.array([[1.0, NAN], [-5.0, 0.0]], np.float32)
    masked = np.full((3, 1), NAN, np.float32)
    two = np.array([1.0, NAN])
    return Snapshot(
        version=3,
        rows=rows,
        fields={name: FieldInfo("V") for name in rows.columns},
        pictures={
            "frame/cspad": Picture(image, "keV", 1, {"seq": 3}, 0.0),
            "sum/cspad/calib_laser_on": Picture(image, "keV", 1, {}, 0.0),
            "sum/cspad/calib_laser_off": Picture(masked, "keV", 1, {}, 0.0),
        },
        status={
            "reader": {"workers": [{"name": "worker-0"}, 7], "restarts": 5, "damage": None},
            "latency": {"total": 3},
            "trouble": [],
        },
        status_history=StatusHistory(two, two, two, two, two),
        pipeline={"settings": {"detector": [{"name": "cspad", "feature": [{"kind": "ROIFunc"}, 3]}]}},
    )


def view(**arguments: str) -> View:
    def nothing(*given: Any) -> Any:
        raise AssertionError("nobody asked for anything")

    return View(
        settings=Settings(),
        snapshot=Snapshot,
        arguments=arguments,
        redraw=lambda: None,
        control=nothing,
        undo=nothing,
        later=nothing,
    )


@pytest.mark.parametrize("name", [name for name, _ in PAGES.items()])
def test_a_page_has_a_title_a_place_of_its_own_and_a_template_with_its_roots(name: str) -> None:
    page = PAGES.get(name)
    template = (TEMPLATES / f"{name}.html").read_text()

    assert page.title
    assert [each.order for _, each in PAGES.items()].count(page.order) == 1
    for root in page(view()).roots:
        assert f"embed(roots.{root})" in template


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS.keys())
@pytest.mark.parametrize("page", [page for _, page in PAGES.items()], ids=[name for name, _ in PAGES.items()])
def test_a_page_shows_whatever_comes(page: type[Page], rows: Table) -> None:
    opened = page(view())
    opened.update(Snapshot())

    shown = opened.update(snapshot(rows))

    html = BARE.get_template(f"{next(name for name, each in PAGES.items() if each is page)}.html").render(
        embed=lambda root: "", roots=defaultdict(str)
    )
    for identifier in [*shown.text, *shown.tables]:
        assert f'id="{identifier}"' in (FRAME if identifier == "nothing" else html)
    assert all(isinstance(text, str) for text in shown.text.values())


@pytest.mark.parametrize("page", [page for _, page in PAGES.items()], ids=[name for name, _ in PAGES.items()])
def test_nonsense_in_the_address_is_not_taken_seriously(page: type[Page]) -> None:
    names = ["fields", "x", "window", "detector", "image", "scale", "colours", "limits", "signal", "time_scale", "least", "bins"]

    page(view(**dict.fromkeys(names, "<b>nan"))).update(snapshot(ROWS["many"]))


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS.keys())
@pytest.mark.parametrize("plot", [plot for _, plot in PLOTS.items()], ids=[name for name, _ in PLOTS.items()])
def test_a_plot_draws_whatever_comes(plot: type[Plot], rows: Table) -> None:
    choice = PlotChoice(y=("ipm3/sum",), x="ipm2/sum", where="ipm2/sum > -1")
    drawn = plot(choice, 200, lambda offered: None)

    said = drawn.update(replace(snapshot(rows), fields=FIELDS), rows)

    assert plot.title
    assert said
    for curve in drawn.numbers().values():
        assert len({len(values) for values in curve.values()}) == 1


@pytest.mark.parametrize("plot", [plot for _, plot in PLOTS.items()], ids=[name for name, _ in PLOTS.items()])
@pytest.mark.parametrize("log", ["", "x", "y", "xy"])
def test_a_plot_takes_every_choice_it_asks_for(plot: type[Plot], log: str) -> None:
    rows = ROWS["many"]
    for mode in plot.modes or [""]:
        choice = PlotChoice(
            y=("ipm3/sum", "abs(ipm2/sum)"), x="ipm2/sum", log=log, mode=mode, bins="7", x_range="0.1:2", y_range="0.1:9",
            average="10", band="error", reference="none",
        )  # fmt: skip
        drawn = plot(choice, 200, lambda offered: None)
        assert drawn.update(snapshot(rows), rows)


@pytest.mark.parametrize("plot", [plot for _, plot in PLOTS.items()], ids=[name for name, _ in PLOTS.items()])
def test_nonsense_in_a_choice_is_not_taken_seriously(plot: type[Plot]) -> None:
    names = ("window", "average", "band", "bins", "mode", "log", "x_range", "y_range", "reference")
    nonsense = PlotChoice(y=("ipm3/sum",), x="ipm2/sum", **dict.fromkeys(names, "<b>-1e999:nan"))

    plot(nonsense, 200, lambda offered: None).update(snapshot(ROWS["many"]), ROWS["many"])
