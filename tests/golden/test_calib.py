"""Every file of the golden calibration data is compared by one of the golden tests; this one says where, and misses none."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
LATER = {
    "charge_injection_fit.npz",
    "dark_epix10ka.npz",
    "dark_modern.npz",
    "dark_old_twostage.npz",
    "dark_pixel_status.npz",
    "dcs",
    "epix10ka_repo_merge.npz",
    "evaluate_limits.json",
    "ids_and_repository.json",
    "jungfrau_constants_merge.npz",
}
"""About making constants, not about using them."""
FOLDERS = {"ndarray_text": r"ndarray_text", "geometry": r"\bgeometry\b"}
"""How a test that reads a whole folder names it."""


@pytest.fixture(scope="module")
def compared() -> str:
    """The text of all other golden tests and of what they read with."""
    files = [*TESTS.glob("test_*.py"), *(TESTS.parent / "support").glob("golden_*.py")]
    return "\n".join(file.read_text() for file in files if file != Path(__file__))


def test_every_file_of_the_golden_constants_is_compared(golden_dir: Path, compared: str) -> None:
    stored = {entry.name for entry in (golden_dir / "calib").iterdir() if entry.suffix != ".md"}
    assert stored, "there are no golden constants"
    missing = {name for name in stored - LATER if not re.search(FOLDERS.get(name, re.escape(name)), compared)}
    assert missing == set()
