"""The Scalars page: what is plotted is what was published, and every button does what it says."""

import csv
import json
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import h5py
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import House, Opened
from tests.browser.reading import source, until

pytestmark = pytest.mark.browser


def plots(*choices: dict[str, Any]) -> str:
    return "scalars?plots=" + quote(json.dumps(choices))


def chosen(page: Page) -> list[dict[str, Any]]:
    """What the address says."""
    return json.loads(parse_qs(urlsplit(page.url).query)["plots"][0])


def from_the_first(shown: dict[str, list[Any]]) -> bool:
    """What was before the page has come: the first event has the number 0."""
    return float(shown["x"][0]) < shown["x"][1] - shown["x"][0]


def saved(page: Page, button: str) -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    return waiting.value.suggested_filename, waiting.value.path().read_bytes()


def test_a_strip_chart_has_the_published_values_from_before_it_was_opened(opened: Opened, house: House) -> None:
    page = opened("scalars?fields=ebeam/charge&window=0")

    shown = until(page, lambda: source(page, "mean", least=100), from_the_first)

    size = round(shown["x"][1] - shown["x"][0])
    published = house.service.columns(0, size * 50)["ebeam/charge"].reshape(50, size)
    np.testing.assert_allclose(shown["mean"][:50], published.mean(axis=1))
    np.testing.assert_allclose(shown["high"][:50], published.max(axis=1))


def test_an_expression_with_a_condition_is_that_of_the_published_values(opened: Opened, house: House) -> None:
    text = "log(ipm3/sum/ipm2/sum) where lightStatus/laser == 1"
    page = opened(plots({"y": [text], "window": "run", "average": "10", "band": "error"}))

    shown = until(page, lambda: source(page, "mean", least=100), from_the_first)

    start = int(np.flatnonzero(np.diff(shown["x"]))[0])
    size = round(shown["x"][start + 1] - shown["x"][start])
    columns = house.service.columns(0, size * 20)
    values = np.log(columns["ipm3/sum"] / columns["ipm2/sum"])
    values[columns["lightStatus/laser"] == 0] = np.nan
    grouped = values.reshape(20, size)
    error = np.nanstd(grouped, axis=1, ddof=1) / np.sqrt(size / 2)
    np.testing.assert_allclose(shown["mean"][:20], np.nanmean(grouped, axis=1))
    np.testing.assert_allclose(shown["high"][:20], np.nanmean(grouped, axis=1) + error)
    expect(page.locator("body")).to_contain_text("(50 %)")


def test_a_field_that_is_not_there_is_named_with_the_nearest(opened: Opened) -> None:
    page = opened(plots({"y": ["ipm2/sun"]}))

    expect(page.locator("body")).to_contain_text("there is no field 'ipm2/sun' in this run (did you mean 'ipm2/sum'?)")


def test_plots_are_added_moved_and_removed_and_a_reload_shows_the_same(opened: Opened) -> None:
    page = opened(plots({"y": ["ebeam/charge"], "window": "600"}, {"kind": "histogram", "y": ["ipm2/sum"]}))
    expect(page.locator("#newest tr")).to_have_count(2)

    page.get_by_label("Add a plot").select_option(label="Profile")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#edited")).to_have_text("Plot 3 of 3")
    page.wait_for_function("document.location.search.includes('profile')")
    page.get_by_role("button", name="◀").nth(2).click()
    page.wait_for_function("document.location.search.indexOf('profile') < document.location.search.indexOf('histogram')")
    page.get_by_role("button", name="Remove", exact=True).first.click()

    expect(page.get_by_role("button", name="Remove", exact=True)).to_have_count(2)
    page.wait_for_function("JSON.parse(new URLSearchParams(location.search).get('plots')).length === 2")
    assert [each["kind"] for each in chosen(page)] == ["profile", "histogram"]
    page.reload()
    expect(page.get_by_role("button", name="Remove", exact=True)).to_have_count(2)


def test_what_the_editor_is_told_is_plotted(opened: Opened) -> None:
    page = opened(plots({"y": ["ipm2/sum"]}))

    page.get_by_label("Only events where").fill("ipm2/sum > 1")
    page.get_by_label("Only events where").press("Enter")
    page.get_by_label("Kind").select_option(label="Histogram")
    page.get_by_label("Bins: number, from:to:width or edges").fill("0:2:0.5")
    page.get_by_label("Bins: number, from:to:width or edges").press("Enter")

    page.wait_for_function("document.location.search.includes('0.5')")
    page.reload()
    shown = source(page, "height", least=4)
    assert shown["left"] == [0.0, 0.5, 1.0, 1.5]
    assert shown["height"][:2] == [0, 0]
    assert shown["height"][2] > 1000


def test_saved_files_hold_exactly_what_is_plotted(opened: Opened, house: House) -> None:
    page = opened(plots({"kind": "histogram", "y": ["ebeam/charge"], "bins": "0.2:0.3:0.02", "window": "run"}))
    source(page, "height", least=5)
    house.service.silent = True

    def whole(shown: dict[str, list[Any]]) -> bool:
        """Nothing that was published is still on its way."""
        published = house.service.columns(0, house.service.seq)["ebeam/charge"]
        counts: list[int] = np.histogram(published, shown["left"] + shown["right"][-1:])[0].tolist()
        return shown["height"] == counts

    shown = until(page, lambda: source(page, "height", least=5), whole)

    name, text = saved(page, "Save CSV")
    lines = text.decode().splitlines()
    table = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    _, image = saved(page, "Save HDF5")

    assert name == "xppi0310_run98_histogram.csv"
    assert "# run: 98" in lines
    assert [float(row["events"]) for row in table] == shown["height"]
    assert [float(row["left"]) for row in table] == shown["left"]
    with h5py.File(BytesIO(image)) as file:
        assert file["ebeam__charge/events"][:].tolist() == shown["height"]
        assert file.attrs["experiment"] == "xppi0310"


def test_a_kept_curve_stays_as_a_grey_reference_in_any_browser(opened: Opened) -> None:
    page = opened(plots({"kind": "histogram", "y": ["ipm2/sum"], "window": "run"}))
    source(page, "height", least=10)

    page.get_by_role("button", name="Keep as reference").click()
    page.wait_for_function("document.location.search.includes('reference')")

    other = opened(page.url.split("/")[-1])
    reference = source(other, "y", least=80)
    page.get_by_role("button", name="Forget reference").click()
    page.wait_for_function("!document.location.search.includes('reference')")
    assert max(reference["y"]) > 10


def test_a_pair_that_is_clicked_in_the_matrix_becomes_a_plot(opened: Opened) -> None:
    page = opened(plots({"kind": "matrix", "window": "run"}))
    source(page, "pair", least=5)
    page.wait_for_timeout(500)
    box = page.locator(".bk-Canvas").nth(1).bounding_box()
    assert box is not None

    page.mouse.click(box["x"] + box["width"] - 60, box["y"] + 70)

    page.wait_for_function("document.location.search.includes('scatter')")
    pair = chosen(page)[1]
    assert pair["kind"] == "scatter"
    assert "ipm" in pair["x"]
    assert "ipm" in pair["y"][0]


@pytest.mark.parametrize("width", [1280, 1920])
def test_many_plots_of_all_kinds_fit_their_window(opened: Opened, width: int) -> None:
    long = "ipm3/sum/ipm2/sum where lightStatus/laser == 1"
    kinds = ["strip", "histogram", "scatter", "profile", "matrix"]
    page = opened(plots(*({"kind": kind, "x": "ipm2/sum", "y": [long, "ipm3/sum"]} for kind in kinds)))
    page.set_viewport_size({"width": width, "height": 1000})
    page.wait_for_timeout(700)

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


PAINTED = """() => {
  const figure = [...Bokeh.documents[0]._all_models.values()].find(model => model.type === "Figure");
  const source = figure.renderers.map(each => each.data_source).find(each => "mean" in (each?.data ?? {}));
  const seen = window.seen = {pictures: 0, paintings: 0, inside: true};
  const view = Bokeh.index.find_one(figure), paint = view._paint_primary;
  let last = null;
  view._paint_primary = function (...given) {
    paint.apply(this, given);
    const x = source.data.x[source.data.x.length - 1];
    if (x !== last) seen.pictures += 1;
    [last, seen.paintings] = [x, seen.paintings + 1];
    seen.inside &&= figure.x_range.start <= source.data.x[0] && x <= figure.x_range.end;
  };
}"""


def test_a_chart_is_painted_once_for_each_picture_with_axes_that_follow(opened: Opened) -> None:
    page = opened("scalars?plots=" + quote(json.dumps([{"y": ["ipm2/sum"], "window": "3000"}])))
    source(page, "mean", least=100)
    page.evaluate(PAINTED)

    seen = until(page, lambda: page.evaluate("window.seen"), lambda seen: seen["pictures"] >= 30)

    # Labels that need more room have it painted once more, but not every time.
    assert seen["paintings"] <= 1.3 * seen["pictures"]
    assert seen["inside"]
