"""Options and fixtures that every test may use."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

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
