"""Folders that may not be read, for tests that root runs too."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def close(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have the system refuse to list this folder."""

    def refusing(listing: Callable[[Any], Any]) -> Callable[..., Any]:
        def refuse(path: Any = ".") -> Any:
            if str(path) == str(folder):
                raise PermissionError(13, "Permission denied", str(path))
            return listing(path)

        return refuse

    for name in ("scandir", "listdir"):
        monkeypatch.setattr(os, name, refusing(getattr(os, name)))
