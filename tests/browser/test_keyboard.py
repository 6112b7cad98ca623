"""Everything can be done without a mouse, and one always sees where one is."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import LIVE, Opened
from tests.browser.full_house import ALARM, EARLIER, NAMES, FullHouse, full_house

pytestmark = pytest.mark.browser

MOST_STEPS = 250

DEEP = """
  const deep = (root) => [...root.querySelectorAll("*")].flatMap(e => e.shadowRoot ? [e, ...deep(e.shadowRoot)] : [e]);
  const name = (e) => e.id + "|" + (e.getAttribute("data-page") ?? "") + "|" + (e.labels?.[0] ?? e).textContent.trim();
"""

FOCUSED = f"""() => {{ {DEEP}
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  if (!element || element === document.body) return null;
  window.steps ??= new Map();
  if (!window.steps.has(element)) window.steps.set(element, window.steps.size);
  const style = getComputedStyle(element), box = element.getBoundingClientRect();
  const bar = document.querySelector("header").getBoundingClientRect();
  const place = ["header", "#alarms", "#past", "main"].find(each => element.closest(each)
    || (element.getRootNode() !== document && each === "main")) ?? "";
  const hidden = place === "main" && box.bottom <= bar.bottom;
  return {{number: window.steps.get(element), name: name(element), place, hidden,
           ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1, kind: element.tagName,
           value: element.value ?? ""}};
}}"""

MISSED = f"""() => {{ {DEEP}
  const controls = deep(document).filter(e => e.matches("a[href], button, input, select, textarea, [tabindex='0']")
    && e.checkVisibility({{visibilityProperty: true}}) && !e.disabled);
  return controls.filter(e => !window.steps.has(e)).map(name);
}}"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullHouse]:
    with full_house(tmp_path_factory.mktemp("house")) as house:
        yield house


def step(page: Page, key: str = "Tab") -> dict[str, Any] | None:
    page.keyboard.press(key)
    found: dict[str, Any] | None = page.evaluate(FOCUSED)
    return found


def walk_to(page: Page, text: str, key: str = "Tab") -> dict[str, Any]:
    """Go on until an element with this text or label has the focus."""
    for _ in range(MOST_STEPS):
        found = step(page, key)
        if found is not None and text in found["name"]:
            return found
    raise AssertionError(f"{text} cannot be reached with {key}")


@pytest.mark.parametrize("name", NAMES)
def test_tab_reaches_every_control_in_order_and_shows_where_it_is(opened: Opened, house: FullHouse, name: str) -> None:
    page = opened(name)
    expect(page.locator("#alarms button")).to_have_count(1)
    page.wait_for_function("Bokeh.documents[0].is_idle")
    house.service.silent = True

    way: list[dict[str, Any]] = []
    while len(way) < MOST_STEPS and (found := step(page)) is not None and found["number"] == len(way):
        way.append(found)
    house.service.silent = False

    assert page.evaluate(MISSED) == []
    assert [each["name"] for each in way if not each["ring"]] == []
    assert [each["name"] for each in way if each["hidden"]] == []
    places = [each["place"] for each in way]
    assert places == sorted(places, key=["", "header", "#alarms", "#past", "main"].index)


def test_the_first_step_leads_past_the_bar(opened: Opened) -> None:
    page = opened("system")

    first = step(page)
    assert first is not None
    assert "Skip to content" in first["name"]
    page.keyboard.press("Enter")

    inside = step(page)
    assert inside is not None
    assert inside["place"] == "main"


def test_a_person_without_a_mouse_looks_at_a_picture_and_acknowledges_an_alarm(opened: Opened) -> None:
    page = opened("overview")
    walk_to(page, "Images")
    page.keyboard.press("Enter")
    page.wait_for_url("**/images*")
    page.wait_for_selector(LIVE)
    page.wait_for_function("window.xtcmon.picture?.count() > 0")

    walk_to(page, "Scale")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("window.xtcmon.picture.shown().scale === 'log'")
    page.wait_for_function("location.search.includes('scale=log')")

    walk_to(page, "v1", "Shift+Tab")
    page.keyboard.press("Enter")
    walk_to(page, "Your name")
    page.keyboard.type("Ada")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    walk_to(page, "Acknowledge")
    page.keyboard.press("Enter")

    expect(page.locator("#alarms")).to_contain_text(f"{ALARM}: ")
    expect(page.locator("#alarms")).to_contain_text("acknowledged by Ada")


def test_arrow_keys_move_through_a_recorded_run_and_change_numbers(opened: Opened, house: FullHouse) -> None:
    page = opened("timetool")
    page.goto(f"{house.dashboard.address}run/{EARLIER}/overview")
    page.wait_for_selector("body[data-level=idle][data-connected]")
    walk_to(page, "recorded, up to event")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#past-at")).to_have_text("18")
    page.wait_for_function("location.search.includes('at=18')")

    page.goto(f"{house.dashboard.address}images")
    page.wait_for_selector(LIVE)
    walk_to(page, "Radius of the brush")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Radius of the brush")).to_have_value("6")


def test_what_is_pressed_before_the_page_is_connected_is_not_lost(opened: Opened) -> None:
    page = opened("overview")
    held: list[Route] = []
    page.route("**/bokeh-widgets*", lambda route: held.append(route))
    page.goto(page.url.replace("overview", "system"), wait_until="commit")
    page.get_by_label("Level").select_option("WARNING")
    assert not page.evaluate("'connected' in document.body.dataset")
    held[0].continue_()

    expect(page.locator("#log-shown")).to_contain_text("from WARNING on")
