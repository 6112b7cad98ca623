"""The pages show real runs of LCLS-II: experiment, run, events and values, with the service in processes of its own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_real_service import served
from tests.conftest import golden_root
from tests.processes.test_xtc2 import Lines, RealRun, runs_of, steps_of
from tests.support.command import PATIENCE_S, Command, command

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(3 * PATIENCE_S)]

SLOW_MS = 90_000


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case per run of the golden files."""
    root = golden_root(metafunc.config) / "xtc2"
    skip = pytest.param(None, marks=pytest.mark.skip(reason=f"no XTC2 files in {root}; they are not part of the repository"))
    found = runs_of(root)
    ids = [f"{len(files)} from {files[0].relative_to(root)}" for files, _ in found]
    metafunc.parametrize("real", found or [skip], ids=ids or ["none"])


def runs_in(streams: list[Lines]) -> set[tuple[str, str]]:
    """Experiments and runs that files name; nothing and 0 where they name none."""
    found = [one for told in streams for line in told for one in line.get("data", ()) if one["det"] == "runinfo"]
    values = [{field["name"]: str(field["value"]) for field in one["fields"]} for one in found]
    return {(value["expt"], value["runnum"]) for value in values} or {("", "0")}


@pytest.fixture
def xtcmon() -> Iterator[Command]:
    with command() as found:
        yield found


def test_the_pages_show_a_real_run(browser: Browser, xtcmon: Command, real: RealRun, tmp_path: Path) -> None:
    files, streams = real
    errors: list[str] = []
    serve = ("--no-open", "--port", "0", "--stream", "tcp://127.0.0.1:0", "-j", "1")
    # When the run is over, which is soon, its pages stay.
    with xtcmon.started("run", *files, *serve, "-o", tmp_path):
        _, addresses = served(xtcmon)
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(addresses.dashboard + "overview")
        # Thousands may be set apart.
        events = re.compile("^" + r"\D?".join(str(len(steps_of(streams)))) + "$")
        expect(page.locator("#processed")).to_have_text(events, timeout=SLOW_MS)
        shown = page.locator("#head-experiment").inner_text(), page.locator("#head-run").inner_text()
        assert shown in runs_in(streams)
        page.goto(addresses.dashboard + "scalars")
        expect(page.locator("#shown-events")).to_have_text(re.compile(r"[1-9]"), timeout=SLOW_MS)
    assert errors == []
