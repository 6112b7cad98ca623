"""A house in which every page has something to show: detectors, an alarm, a plot of a script, an earlier run with its report."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboards.alarms.guard import Guard
from dashboards.link import ServiceLink
from dashboards.pages.page import PAGES
from dashboards.report.page import write_report
from dashboards.server import Dashboard
from monitor.client import XYPlot, plot_message
from monitor.plugins import load_folder
from monitor.settings import parse
from monitor.wire.message import Message
from tests.browser.conftest import FIRST, House, opened_house
from tests.dashboards.test_recorded import written
from tests.support.detector_service import DetectorService

load_folder("dashboards.pages")
NAMES = [name for name, page in sorted(PAGES.items(), key=lambda entry: entry[1].order)]
ALARM = "too much charge"
EARLIER = "e81_Run0007"


class FullHouse(House):
    """A house whose service has detectors."""

    def __init__(self, folder: Path, rate: float = 120) -> None:
        write_report(written(folder, run=7))
        self.folder = folder
        self.service: DetectorService = DetectorService(first=FIRST, rate=rate)
        self.service.__enter__()
        made = plot_message("mine", XYPlot(1, "squares", [1, 2, 3], [1, 4, 9], xlabel="n", leg_label="n²"))
        self.service.plots.append(Message("plot", made.header, made.arrays, "plot/mine"))
        alarm = {"name": ALARM, "value": "ebeam/charge * 1000", "above": 100.0, "severity": "warning"}
        store, scan = {"directory": str(folder)}, {"signal": "ipm3/sum", "monitor": "ipm2/sum"}
        settings = parse({"alarm": [alarm], "scan": scan, "store": store})
        guard = Guard(settings.alarm, folder)
        self.dashboard = Dashboard(settings, ServiceLink(lambda: self.service.endpoints), port=0, guard=guard)


@contextmanager
def full_house(folder: Path) -> Iterator[FullHouse]:
    """A full house that is open."""
    house = FullHouse(folder)
    with opened_house(house):
        yield house
