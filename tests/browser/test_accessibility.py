"""axe-core finds nothing against WCAG 2 A and AA on any page, inside Bokeh's own widgets too."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dashboards.link import ServiceLink
from dashboards.server import Dashboard
from monitor.net.endpoints import Endpoints
from monitor.settings import parse
from tests.browser.conftest import Opened
from tests.browser.full_house import EARLIER, NAMES, FullHouse, full_house
from tests.dashboards.test_door import PASSWORD, password_file

pytestmark = pytest.mark.browser

KNOWN = {
    # Marks of changes on the slider of a run are as narrow as their place; the slider itself is large enough and leads there too.
    "target-size": 'aria-label="Go to ',
}
"""Rule to the one kind of element for which it does not hold here; nothing of Bokeh's own had to be entered."""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullHouse]:
    with full_house(tmp_path_factory.mktemp("house")) as house:
        yield house


def found(page: Page) -> list[str]:
    """What axe finds: rule, element, reason."""
    checked = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response
    assert len(checked["passes"]) > 5
    return [
        f"{rule['id']}: {node['target']}: {node['failureSummary']}"
        for rule in checked["violations"]
        for node in rule["nodes"]
        if KNOWN.get(rule["id"], node["html"] + "?") not in node["html"]
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_no_violations(opened: Opened, name: str) -> None:
    page = opened(name)
    page.wait_for_function("Bokeh.documents[0].is_idle")
    expect(page.locator("#alarms button")).to_have_count(1)

    assert found(page) == []


def test_the_lists_that_open_from_the_bar_have_no_violations(opened: Opened) -> None:
    page = opened("overview")
    for name in ("changes", "layouts"):
        page.locator(f"[popovertarget={name}]").click()
        expect(page.locator(f"#{name}")).to_be_visible()
        assert found(page) == []
        page.keyboard.press("Escape")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_of_a_recorded_run_has_no_violations(browser: Browser, house: FullHouse, name: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{house.dashboard.address}run/{EARLIER}/{name}")
    page.wait_for_selector("body[data-level=idle][data-connected]")
    page.wait_for_function("Bokeh.documents[0].is_idle")

    assert found(page) == []
    page.close()


@pytest.mark.parametrize("name", ["hits", "detectors", "images"])
def test_a_page_at_an_earlier_moment_has_no_violations(browser: Browser, house: FullHouse, name: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{house.dashboard.address}{name}?at=3700")
    page.wait_for_selector("body[data-connected]")
    page.wait_for_function("Bokeh.documents[0].is_idle")
    expect(page.locator("#past")).to_be_visible()

    assert found(page) == []
    page.close()


def test_a_page_whose_service_is_silent_has_no_violations(opened: Opened, house: FullHouse) -> None:
    page = opened("overview")
    house.service.silent = True
    expect(page.locator("#head-word")).to_have_text("no events")

    assert found(page) == []
    house.service.silent = False


def test_the_report_of_a_run_has_no_violations(browser: Browser, house: FullHouse) -> None:
    page = browser.new_page()
    page.goto(f"{house.dashboard.address}report/{EARLIER}")

    assert found(page) == []
    page.close()


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[str]:
    """Address of pages behind a password."""
    settings = parse({"pages": {"password_file": password_file(tmp_path)}})
    dashboard = Dashboard(settings, ServiceLink(Endpoints), port=0)
    ready, stop = threading.Event(), threading.Event()
    thread = threading.Thread(target=dashboard.run, args=(lambda address: ready.set(), stop))
    thread.start()
    try:
        assert ready.wait(30)
        yield dashboard.address
    finally:
        stop.set()
        thread.join()


def test_the_question_for_the_password_has_no_violations(browser: Browser, locked: str) -> None:
    page = browser.new_page()
    page.goto(locked)
    assert found(page) == []

    page.get_by_label("Password").fill(PASSWORD + "?")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_have_text("That is not the password.")
    assert found(page) == []
    page.close()
