"""The pages show real runs of LCLS-II: experiment, run, events and values, with the service in processes of its own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_real_service import opened, served
from tests.conftest import golden_root
from tests.support.command import PATIENCE_S, Command, command
from tests.support.golden_xtc2 import dumps, original
from tests.support.xtc2_truth import lines

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(3 * PATIENCE_S)]

LASTS_S = 40
FEWEST = 5
"""A run of fewer events is over before anybody has looked."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case per golden file that begins with a Configure and has some events."""
    root = golden_root(metafunc.config) / "xtc2"
    found = [dump for dump in dumps(root) if is_long_enough(dump)]
    skip = pytest.param(root, marks=pytest.mark.skip(reason=f"no XTC2 files in {root}; they are not part of the repository"))
    metafunc.parametrize("dump", found or [skip], ids=[str(path.relative_to(root)) for path in found] or ["none"])


def is_long_enough(dump: Path) -> bool:
    told = lines(dump)
    small = any(block["det"] == "smdinfo" for line in told for block in line.get("nameblocks", ()))
    return not small and "config_from" not in told[0]["meta"] and events_in(dump) >= FEWEST


def events_in(dump: Path) -> int:
    return sum(line.get("service") == 12 for line in lines(dump))


def runs_in(dump: Path) -> set[tuple[str, str]]:
    """Experiments and runs that a file names; before it has named one both are unknown."""
    found = [one for line in lines(dump) for one in line.get("data", ()) if one["det"] == "runinfo"]
    values = [{field["name"]: str(field["value"]) for field in one["fields"]} for one in found]
    return {(value["expt"], value["runnum"]) for value in values} or {("unknown", "0")}


@pytest.fixture
def xtcmon() -> Iterator[Command]:
    with command() as found:
        yield found


def test_the_pages_show_a_real_run(browser: Browser, xtcmon: Command, dump: Path, tmp_path: Path) -> None:
    errors: list[str] = []
    rate = max(events_in(dump) / LASTS_S, 1.0)
    serve = ("--no-open", "--port", "0", "--stream", "tcp://127.0.0.1:0", "-j", "1")
    with xtcmon.started("run", original(dump), "--rate", rate, *serve, "-o", tmp_path):
        _, addresses = served(xtcmon)
        page = opened(browser, addresses.dashboard + "overview", errors)
        expect(page.locator("#processed")).to_have_text(re.compile(r"[1-9]"))
        shown = page.locator("#head-experiment").inner_text(), page.locator("#head-run").inner_text()
        assert shown in runs_in(dump)
        page.goto(addresses.dashboard + "scalars")
        expect(page.locator("#shown-events")).to_have_text(re.compile(r"[1-9]"))
    assert errors == []
