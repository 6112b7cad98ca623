"""Options and fixtures that every test may use."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is. The same examples every time, so that a failure is the change's;
# XTCMON_SEARCH=1 looks for new ones.
settings.register_profile("steady", deadline=None, derandomize="XTCMON_SEARCH" not in os.environ)
settings.load_profile("steady")

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--golden-dir",
        type=Path,
        default=None,
        help="folder with golden data (default: ../shared/golden, else the committed copy in tests/data/golden)",
    )


def golden_root(config: pytest.Config) -> Path:
    """Folder with golden data: the option, the environment variable XTCMON_GOLDEN_DIR, ../shared/golden, the copy."""
    given = config.getoption("--golden-dir") or os.environ.get("XTCMON_GOLDEN_DIR")
    if given:
        return Path(given)
    shared = ROOT.parent / "shared" / "golden"
    return shared if shared.is_dir() else ROOT / "tests" / "data" / "golden"


@pytest.fixture(scope="session")
def golden_dir(pytestconfig: pytest.Config) -> Path:
    return golden_root(pytestconfig)
