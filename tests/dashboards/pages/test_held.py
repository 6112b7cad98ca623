"""Every page stands at an earlier moment, or says in a sentence why it does not."""

import pytest

from dashboards.pages.page import PAGES, Page
from dashboards.rewind import as_of
from monitor.plugins import load_folder
from tests.dashboards.pages.test_detector_pages import VALUES, snapshot, view

load_folder("dashboards.pages")
STAYING = {name: str(getattr(page, "present")) for name, page in PAGES.items() if hasattr(page, "present")}  # noqa: B009
HELD = {name: page for name, page in PAGES.items() if name not in STAYING}


@pytest.mark.parametrize("reason", STAYING.values(), ids=STAYING.keys())
def test_a_page_that_cannot_be_held_gives_a_reason_that_ends_a_sentence(reason: str) -> None:
    assert reason[0].islower()
    assert reason.endswith("not kept")


@pytest.mark.parametrize("kind", HELD.values(), ids=HELD.keys())
def test_a_held_page_never_speaks_of_later_events(kind: type[Page]) -> None:
    page = kind(view())
    newest = snapshot(VALUES["many"])
    page.update(newest)

    said = page.update(as_of(newest, 300))

    assert [text for texts in (said.text.values(), *said.tables.values()) for text in texts if "599" in str(text)] == []
    assert said.ages.get("last-age") is None
