"""The text of a Python configuration file, and its tree."""

import ast
from pathlib import Path

from monitor.errors import ConfigError

LARGEST_FILE = 1 << 20


def text_of(path: Path) -> str:
    """All of a file.

    Raises
    ------
    ConfigError
        If it cannot be read, or is too large to be a configuration.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ConfigError("is too large for a configuration", file=str(path))
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", file=str(path)) from error


def parsed(text: str, path: Path) -> ast.Module:
    """The text as a tree; nothing of it is carried out.

    Raises
    ------
    ConfigError
        If it is no Python.
    """
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ConfigError(f"is no Python of today: {error}", file=str(path)) from error
