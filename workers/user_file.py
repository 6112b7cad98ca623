"""A user's file, loaded: the functions in it that give fields, with its line numbers."""

import traceback
from collections.abc import Sequence
from importlib.abc import SourceLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import TracebackType

from monitor.errors import ConfigError
from monitor.settings import Settings, User
from monitor.user_file import content_of
from workers.user import UserFeature, declared_in

RAISED = (Exception, SystemExit)
"""What user code may raise; a SystemExit in it must not end the worker."""


class _Text(SourceLoader):
    """Loads the very bytes that were checked, and keeps no compiled copy of them on disk."""

    def __init__(self, path: str, content: bytes) -> None:
        self._path, self._content = path, content

    def get_filename(self, fullname: str) -> str:
        """Where the text is from, for error texts."""
        return self._path

    def get_data(self, path: str | bytes) -> bytes:
        """The text."""
        return self._content


def features_of(user: User, settings: Settings) -> Sequence[UserFeature]:
    """The functions of one file that give fields, in the order of its lines.

    Raises
    ------
    ConfigError
        If the file cannot be read or raises, naming file and line, or has no such function.
    """
    name = f"xtcmon_user_{Path(user.path).stem}"
    loader = _Text(user.path, content_of(user, settings))
    spec = spec_from_loader(name, loader, origin=user.path)
    assert spec is not None, "a spec is only missing where there is no loader"
    module = module_from_spec(spec)
    try:
        loader.exec_module(module)
    except RAISED as error:
        raise ConfigError(f"cannot be loaded: {said(error, user.path)}", file=user.path, key="user") from error
    found = tuple(declared_in(module))
    if not found:
        raise ConfigError("has no function below @scalar, @array or @ragged of workers.user", file=user.path, key="user")
    return found


def said(error: BaseException, path: str) -> str:
    """What went wrong, and in which line of the user's file."""
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == path else _line_in(error.__traceback__, path)
    where = f" (line {line})" if line else ""
    return f"{type(error).__name__}: {error}{where}"


def _line_in(trace: TracebackType | None, path: str) -> int | None:
    """The innermost line of the file that the error came through."""
    lines = [frame.lineno for frame in traceback.extract_tb(trace) if frame.filename == path]
    return lines[-1] if lines else None
