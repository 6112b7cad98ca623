"""Measures how often strip charts are painted: rows at a steady rate, a dashboard, a headless browser, each a process."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import quote

import numpy as np

from dashboards.bench_audience import PATIENCE_S, child
from dashboards.bench_pages import ANY_PORT, Meter, ready, serve
from dashboards.plots.choice import PlotChoice, to_text
from monitor.errors import Unusable
from monitor.net.publish import ZmqPublisher
from monitor.wire.message import Message

FIELDS = 25
PAST = 20_000
"""Events that are there before: a window of the usual length is full."""
AT_ONCE = 250
BATCH_S = 0.02
"""A live batch waits so long until it leaves."""
STATUS_S = 0.5
MS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class StripRow:
    """One line of the result.

    Attributes
    ----------
    charts
        Strip charts on the page, each of the newest 7200 events.
    per_s_least
        Pictures with new data per second that the browser painted of the chart that was painted least.
    age_ms_median, age_ms_99
        From the event's moment until a chart with it was painted, of all charts; events wait up to 20 ms for their message.
    paintings
        How often a chart was painted for each picture.
    longest_ms
        Longest time between two pictures of a chart.
    messages_per_s, kilobytes
        From the dashboard to the browser, and the size of each.
    dashboard_share, browser_share
        Processor time over the time, 1 = one core.
    """

    charts: int
    per_s_least: float
    age_ms_median: float
    age_ms_99: float
    paintings: float
    longest_ms: float
    messages_per_s: float
    kilobytes: float
    dashboard_share: float
    browser_share: float


@dataclass(slots=True)
class Drawn:
    """What the browser saw: moments of the pictures of each chart, ages of all, ms; paintings; messages and bytes that came."""

    moments: list[list[float]] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)
    paintings: int = 0
    messages: int = 0
    bytes: int = 0


def bench_strips(charts: Sequence[int], *, seconds: float = 10.0, rate: float = 120.0) -> list[StripRow]:
    """Measure each number of strip charts on the Scalars page.

    Parameters
    ----------
    charts
        How many charts are on the page.
    seconds
        Length of each line.
    rate
        Events per second of the run.

    Raises
    ------
    Unusable
        If a process does not come up, or there is no playwright or no chromium.
    """
    return [_one(count, seconds, rate) for count in charts]


def _one(charts: int, seconds: float, rate: float) -> StripRow:
    began = time.time() - PAST / rate
    with ready(_publish, began, rate) as (_, stream), ready(serve, stream) as (dashboard, address):
        plots = f"{address}scalars?plots={quote(to_text([PlotChoice(y=(_name(i),)) for i in range(charts)]))}"
        with child(_watch, plots, charts, seconds, began, rate) as browser:
            browser.expect(2 * PATIENCE_S)
            before = Meter.read(dashboard.pid, browser.pid)
            drawn: Drawn = browser.expect(seconds + PATIENCE_S)
            after = Meter.read(dashboard.pid, browser.pid)
    return row_of(drawn, before, after)


def row_of(drawn: Drawn, before: Meter, after: Meter) -> StripRow:
    """One line from what was drawn between two moments."""
    span = after.at - before.at
    pictures = [len(moments) for moments in drawn.moments]
    gaps = np.concatenate([np.diff(moments) for moments in drawn.moments] or [np.empty(0)])
    ages = np.array(drawn.ages or [np.nan])
    return StripRow(
        charts=len(pictures),
        per_s_least=min(pictures, default=0) / span,
        age_ms_median=float(np.median(ages)),
        age_ms_99=float(np.quantile(ages, 0.99)),
        paintings=drawn.paintings / max(1, sum(pictures)),
        longest_ms=float(gaps.max()) if len(gaps) else float("nan"),
        messages_per_s=drawn.messages / span,
        kilobytes=drawn.bytes / max(1, drawn.messages) / 1000,
        dashboard_share=(after.dashboard - before.dashboard) / span,
        browser_share=(after.audience - before.audience) / span,
    )


def _name(i: int) -> str:
    return f"diode{i}/sum"


def _publish(pipe: Connection, began: float, rate: float) -> None:
    """The service's part: event n is of the time ``began + n / rate``; what has passed when it begins comes at once."""
    publisher = _Rows(rate)
    pipe.send(publisher.zmq.address)
    while not publisher.heard():
        if pipe.poll(BATCH_S):
            return
    while not pipe.poll(BATCH_S):
        publisher.until(int((time.time() - began) * rate))
    publisher.zmq.close()


class _Rows:
    """Publishes rows of noise."""

    def __init__(self, rate: float) -> None:
        self.zmq = ZmqPublisher(ANY_PORT)
        self._random, self._rate = np.random.default_rng(1), rate
        self._next, self._told = 0, 0.0
        self._counters: dict[str, int] = {}

    def heard(self) -> bool:
        """Whether the dashboard has asked for rows."""
        return any("rows/events".startswith(topic) for topic in self.zmq.subscriptions())

    def until(self, event: int) -> None:
        """Publish all events before this one."""
        while self._next < event:
            count = min(AT_ONCE, event - self._next)
            fields = {_name(i): ["V", ""] for i in range(FIELDS)}
            header = {"first": self._next, "count": count, "run": 1, "step": 0, "experiment": "bench", "fields": fields}
            arrays = {f"c/{_name(i)}": self._random.normal(1, 0.1, count) for i in range(FIELDS)}
            self._send("rows", "rows/events", header, arrays)
            self._next += count
        if time.monotonic() - self._told > STATUS_S:
            self._told = time.monotonic()
            self._send("run", "run", {"run": 1, "experiment": "bench", "first": 0}, {})
            reader = {"state": "running", "events": event, "rate": self._rate}
            self._send("status", "status", {"time": time.time(), "rate": self._rate, "processed": event, "reader": reader}, {})

    def _send(self, kind: str, topic: str, header: dict[str, Any], arrays: dict[str, Any]) -> None:
        self._counters[topic] = self._counters.get(topic, 0) + 1
        self.zmq.publish(Message(kind, {**header, "n": self._counters[topic], "session": 1}, arrays, topic))


def _watch(pipe: Connection, address: str, charts: int, seconds: float, began: float, rate: float) -> None:
    """One tab of a headless browser, which paints with the processor."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        pipe.send(Unusable("there is no playwright: pip install playwright"))
        pipe.recv()
        return
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
            tab = browser.new_page(viewport={"width": 1280, "height": 900})
            drawn = Drawn()

            def count(frame: str | bytes) -> None:
                drawn.messages += isinstance(frame, str) and '"PATCH-DOC"' in frame
                drawn.bytes += len(frame)

            tab.on("websocket", lambda socket: socket.on("framereceived", count))
            tab.goto(address, timeout=MS * PATIENCE_S)
            tab.wait_for_function(FULL, arg=charts, timeout=MS * PATIENCE_S)
            tab.evaluate(RECORD, [began * MS, MS / rate])
            pipe.send("ready")
            tab.evaluate("window.bench.begin()")
            drawn.messages = drawn.bytes = 0
            tab.wait_for_timeout(seconds * MS)
            pipe.send(replace(drawn, **tab.evaluate("window.bench.found()")))
            pipe.recv()
            browser.close()
    except Error as error:
        pipe.send(Unusable(f"the charts could not be watched: {str(error).splitlines()[0]}"))
        pipe.recv()


FULL = """(charts) => {
  const models = [...(window.Bokeh?.documents[0]?._all_models.values() ?? [])];
  return models.filter(model => "mean" in (model.data ?? {}) && model.data.x.length > 300).length === charts;
}"""

RECORD = """([began, step]) => {
  const charts = new Map(), bench = window.bench = {};
  // The newest event that is drawn: places of points are means of those of their events.
  const newest = ({x}) => {
    const size = Math.round(x[2] - x[1]), last = x[x.length - 1];
    return 2 * last - Math.floor(last / size) * size;
  };
  for (const figure of Bokeh.documents[0]._all_models.values()) {
    if (figure.type !== "Figure") continue;
    const source = figure.renderers.map(each => each.data_source).find(each => each && "mean" in each.data);
    if (!source) continue;
    const chart = {moments: [], shown: newest(source.data)};
    charts.set(figure, chart);
    const view = Bokeh.index.find_one(figure), paint = view._paint_primary;
    view._paint_primary = function (...given) {
      paint.apply(this, given);
      bench.paintings += 1;
      const event = newest(source.data);
      if (event === chart.shown) return;
      chart.shown = event;
      chart.moments.push(performance.now());
      bench.ages.push(Date.now() - began - event * step);
    };
  }
  bench.begin = () => {
    Object.assign(bench, {paintings: 0, ages: []});
    for (const chart of charts.values()) chart.moments = [];
  };
  bench.found = () => ({moments: [...charts.values()].map(chart => chart.moments), ages: bench.ages, paintings: bench.paintings});
  bench.begin();
}"""
