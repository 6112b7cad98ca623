"""A dashboard on a fake service, and a chromium that looks at it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from dashboards.alarms.book import AlarmBook
from dashboards.alarms.guard import Guard
from dashboards.link import ServiceLink
from dashboards.server import Dashboard
from monitor.settings import parse
from tests.support.fake_service import FakeService

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
FIRST = 3720
"""Events of the run before a test begins: every step of the fake's scan three times."""

LOUD = ("error", "warning")

LIVE = "body[data-level=live][data-connected]"
"""A page that shows the present and hears what is pressed on it."""

expect.set_options(timeout=30_000)

Opened = Callable[[str], Page]


class House:
    """The service may come and go; the dashboard stays."""

    def __init__(self, folder: Path, more: dict[str, Any]) -> None:
        self.service = FakeService(first=FIRST)
        self.service.__enter__()
        self.folder = folder
        store = {"directory": str(folder)}
        settings = parse({"scan": {"signal": "ipm3/sum", "monitor": "ipm2/sum"}, "store": store, **more})
        guard = Guard(settings.alarm, folder, AlarmBook(settings.alarm, str(folder)))
        self.dashboard = Dashboard(settings, ServiceLink(lambda: self.service.endpoints), port=0, guard=guard)

    def stop_service(self) -> None:
        self.service.__exit__()

    def start_service(self) -> None:
        """A new life under the same addresses; the run begins again."""
        self.service = FakeService(first=31, session=self.service.session + 1, endpoints=self.service.endpoints)
        self.service.__enter__()


@contextmanager
def opened_house(house: House) -> Iterator[None]:
    """The dashboard of a house serves its pages; at the end its service goes too."""
    ready, stop = threading.Event(), threading.Event()
    thread = threading.Thread(target=house.dashboard.run, args=(lambda address: ready.set(), stop))
    thread.start()
    try:
        assert ready.wait(30)
        yield
    finally:
        stop.set()
        thread.join()
        house.stop_service()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM} on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def house_settings() -> dict[str, Any]:
    """Further settings of the house; a test file may have its own."""
    return {}


@pytest.fixture
def house(tmp_path: Path, house_settings: dict[str, Any]) -> Iterator[House]:
    house = House(tmp_path, house_settings)
    with opened_house(house):
        yield house


@pytest.fixture
def opened(house: House, browser: Browser) -> Iterator[Opened]:
    """Opens a page and waits until it is live; at the end no page may have had an error or a warning on its console."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    errors: list[str] = []

    def open_page(name: str) -> Page:
        page = context.new_page()
        page.set_default_timeout(45_000)
        page.on("console", lambda message: errors.append(message.text) if message.type in LOUD else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(house.dashboard.address + name)
        page.wait_for_selector(LIVE)
        return page

    yield open_page
    context.close()
    assert errors == []
