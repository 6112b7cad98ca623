"""Files of the user's: which content a version of the settings means, whatever happens to the file."""

from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.reader.dispatch.change import changed
from monitor.settings import Settings, parse
from monitor.user_file import content_of, keep, sha256, stamped

EDITED = b"edited"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "mine.py").write_bytes(b"first")
    return stamped(parse({"user": [{"path": str(tmp_path / "mine.py")}], "store": {"directory": str(tmp_path / "out")}}))


def test_settings_are_bound_to_the_content_they_were_made_with(settings: Settings) -> None:
    assert settings.user[0].sha256 == sha256(b"first")
    assert content_of(settings.user[0], settings) == b"first"


def test_an_edited_file_is_not_what_the_settings_mean(settings: Settings) -> None:
    Path(settings.user[0].path).write_bytes(EDITED)
    with pytest.raises(ConfigError, match="not any more what these settings were made with"):
        content_of(settings.user[0], settings)
    assert stamped(settings).user == settings.user


def test_the_copy_beside_the_small_data_outlives_an_edit(settings: Settings) -> None:
    keep(settings)
    Path(settings.user[0].path).write_bytes(EDITED)
    keep(settings)
    assert content_of(settings.user[0], settings) == b"first"
    Path(settings.user[0].path).unlink()
    assert content_of(settings.user[0], settings) == b"first"


def test_a_damaged_copy_is_not_taken(settings: Settings, tmp_path: Path) -> None:
    keep(settings)
    (copy,) = (tmp_path / "out" / "user-features").iterdir()
    copy.write_bytes(b"other")
    Path(settings.user[0].path).write_bytes(EDITED)
    with pytest.raises(ConfigError, match="no copy"):
        content_of(settings.user[0], settings)


def test_an_emptied_content_is_the_present_one(settings: Settings) -> None:
    Path(settings.user[0].path).write_bytes(EDITED)
    again = stamped(changed(settings, [{"path": "user.0.sha256", "value": ""}]))
    assert again.user[0].sha256 == sha256(EDITED)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.py.*No such file"):
        stamped(parse({"user": [{"path": str(tmp_path / "gone.py")}]}))


@pytest.mark.parametrize(
    "change", [{"path": "user.0.path", "value": "/evil.py"}, {"path": "user.more", "value": {"path": "/evil.py"}}]
)
def test_no_message_can_name_further_code(settings: Settings, change: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        changed(settings, [change])
