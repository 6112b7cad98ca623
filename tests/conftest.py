"""Options and fixtures that every test may use."""

import fcntl
import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from numba.core.caching import IndexDataCacheFile

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


def pytest_configure(config: pytest.Config) -> None:
    """Where several workers share the tests, one of them at a time uses the cache of kernels on disk.

    Numba does not lock it: two that add different signatures of one kernel at the same moment give both the same file.
    """
    if hasattr(config, "workerinput"):
        for name in ("load", "save"):
            setattr(IndexDataCacheFile, name, one_at_a_time(getattr(IndexDataCacheFile, name)))


def one_at_a_time(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function; never in two processes at once."""

    @wraps(function)
    def alone(*arguments: Any) -> Any:
        folder = os.open(ROOT, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            return function(*arguments)
        finally:
            os.close(folder)

    return alone


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
