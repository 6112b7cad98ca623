"""Keys on disk: the list counts at once, and what it says is checked."""

from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.net.key_folder import KeyFolder, allowed_in, make_pair

KEY = "k" * 40


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The service's own pair, and one of somebody else."""
    for name in ("service", "alice"):
        make_pair(tmp_path, name)
    return tmp_path


def test_a_right_taken_away_is_gone_at_once(folder: Path) -> None:
    listed = KeyFolder(folder)
    listed.allow(KEY, "carol", frozenset({"read", "control"}))
    found = listed.client(KEY.encode())
    assert found is not None
    assert found.rights == {"read", "control"}
    KeyFolder(folder).allow(KEY, "carol", frozenset())
    assert listed.client(KEY.encode()) is None


def test_nobody_is_let_in_by_a_list_that_cannot_be_understood(folder: Path) -> None:
    (folder / "allowed").write_text(f"{KEY} carol everything\n")
    assert KeyFolder(folder).client(KEY.encode()) is None


@pytest.mark.parametrize("line", ["short carol read", f"{KEY} carol", f"{KEY} carol fly", f"{KEY} carol read x"])
def test_a_line_that_is_wrong_is_named(line: str) -> None:
    with pytest.raises(ConfigError):
        allowed_in(f"# people\n{line}\n")


def test_keys_that_exist_are_not_made_again(folder: Path) -> None:
    with pytest.raises(ConfigError, match="exists already"):
        make_pair(folder, "alice")
    assert (folder / "alice.key_secret").stat().st_mode & 0o077 == 0
