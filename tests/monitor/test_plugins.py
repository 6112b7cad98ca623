"""Registries: what is declared is found, and trouble names its file or word."""

import sys
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.plugins import Registry, load_folder


def test_a_name_used_twice_is_refused() -> None:
    registry: Registry[int] = Registry("feature")
    registry.add("ROIFunc", 1)
    with pytest.raises(ConfigError, match=r"'ROIFunc' is declared twice"):
        registry.add("ROIFunc", 2)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    registry: Registry[int] = Registry("feature")
    registry.add("ROIFunc", 1)
    with pytest.raises(ConfigError) as caught:
        registry.get("RoiFunk", key="detector.feature")
    assert caught.value.nearest == "ROIFunc"


def test_a_broken_file_stops_the_start_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "odd_folder"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "broken.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        with pytest.raises(ConfigError, match=r"odd_folder\.broken cannot be loaded: division by zero"):
            load_folder("odd_folder")
    finally:
        sys.modules.pop("odd_folder", None)
