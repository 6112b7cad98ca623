"""Measures how long a person waits for a page of a running service: until the first numbers, and until all plots are drawn."""

import statistics
from dataclasses import dataclass
from typing import Any

from monitor.errors import Unusable

PATIENCE_MS = 60_000
ROUNDS = 5
WINDOW = {"width": 1280, "height": 900}

LOOK = """(() => {
  const seen = window.opening = {};
  const painted = () => {
    const picture = window.xtcmon?.picture;
    const plots = window.Bokeh?.documents?.[0]?.is_idle && "connected" in document.body.dataset;
    return plots && (!picture || picture.count() > 0 || document.getElementById("nothing").textContent !== "");
  };
  const look = () => {
    const run = document.getElementById("head-run")?.textContent ?? "–";
    if (!seen.first && run !== "–") seen.first = performance.now();
    if (!seen.plots && painted()) seen.plots = performance.now();
    if (!seen.first || !seen.plots) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();"""

READ = """() => {
  const page = performance.getEntriesByType("navigation")[0];
  const all = [page, ...performance.getEntriesByType("resource")].map(each => each.transferSize);
  return {...window.opening, html: page.responseStart, bytes: all.reduce((a, b) => a + b, 0)};
}"""


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """One page, opened several times.

    Attributes
    ----------
    page
        Its name in the address.
    browser
        ``new``: nothing is in the browser's cache; ``returns``: it has been here before.
    html_ms, first_ms, plots_ms
        Median from the click until the server begins to answer, until the page has numbers of the run, until all plots
        are drawn.
    first_ms_most, plots_ms_most
        The longest of these.
    kilobytes
        That travelled, without the plots' data.
    """

    page: str
    browser: str
    html_ms: float
    first_ms: float
    first_ms_most: float
    plots_ms: float
    plots_ms_most: float
    kilobytes: float


def bench_opening(address: str, rounds: int = ROUNDS) -> list[OpeningRow]:
    """Open every page of the service at this address, ``rounds`` times in a new browser and as often in one that knows it.

    Raises
    ------
    Unusable
        If there is no playwright or no chromium, or nobody answers with live data at the address.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise Unusable("there is no playwright: pip install playwright") from error
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
            rows = [row for name in _names(browser, address) for row in _page(browser, address, name, rounds)]
            browser.close()
    except Error as error:
        raise Unusable(f"the pages at {address} could not be measured: {str(error).splitlines()[0]}") from error
    return rows


def _names(browser: Any, address: str) -> list[str]:
    """The pages in the order of the navigation."""
    page = browser.new_page()
    page.goto(address)
    names = page.eval_on_selector_all("nav a[data-page]", "links => links.map(link => link.dataset.page)")
    page.close()
    if not names:
        raise Unusable(f"there are no pages at {address}; start `xtcmon demo` or `xtcmon run` and give its address")
    return [str(name) for name in names]


def _page(browser: Any, address: str, name: str, rounds: int) -> list[OpeningRow]:
    """One line for new browsers, one for those that come back."""
    new, again = [], []
    for _ in range(rounds):
        context = browser.new_context(viewport=WINDOW)
        new.append(_opened(context, f"{address.rstrip('/')}/{name}"))
        again.append(_opened(context, f"{address.rstrip('/')}/{name}"))
        context.close()
    return [_row(name, "new", new), _row(name, "returns", again)]


def _opened(context: Any, address: str) -> dict[str, float]:
    """What one opening took, in ms, and bytes."""
    page = context.new_page()
    page.add_init_script(LOOK)
    page.goto(address, wait_until="commit")
    page.wait_for_function("window.opening?.first && window.opening?.plots", timeout=PATIENCE_MS)
    found: dict[str, float] = page.evaluate(READ)
    page.close()
    return found


def _row(name: str, browser: str, found: list[dict[str, float]]) -> OpeningRow:
    def median(key: str) -> float:
        return statistics.median(each[key] for each in found)

    return OpeningRow(
        page=name,
        browser=browser,
        html_ms=median("html"),
        first_ms=median("first"),
        first_ms_most=max(each["first"] for each in found),
        plots_ms=median("plots"),
        plots_ms_most=max(each["plots"] for each in found),
        kilobytes=median("bytes") / 1000,
    )
