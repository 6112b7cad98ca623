"""One addition, one file: named things that the files of a folder declare, found when the process starts."""

import importlib
import pkgutil
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Generic, TypeVar

from monitor.errors import ConfigError

T = TypeVar("T")


class Registry(Generic[T]):
    """What the files of one folder declare, by name.

    Parameters
    ----------
    what
        Word for one entry in error texts: "feature", "detector family".
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self._entries: dict[str, T] = {}

    def add(self, name: str, entry: T) -> T:
        """Declare one entry.

        Raises
        ------
        ConfigError
            If the name is taken.
        """
        if name in self._entries:
            raise ConfigError(f"the {self.what} {name!r} is declared twice; rename one of them")
        self._entries[name] = entry
        return entry

    def get(self, name: str, *, key: str = "") -> T:
        """The entry of this name.

        Raises
        ------
        ConfigError
            Naming the nearest entry, if there is none of this name; ``key`` is the setting that asked for it.
        """
        if name in self._entries:
            return self._entries[name]
        close = get_close_matches(name, self._entries, n=1, cutoff=0.4)
        known = ", ".join(sorted(self._entries))
        raise ConfigError(f"there is no {self.what} {name!r}; there are {known}", key=key, nearest=close[0] if close else "")

    def items(self) -> Iterator[tuple[str, T]]:
        """Names and entries, in the order of their names."""
        return iter(sorted(self._entries.items()))


def load_folder(name: str) -> None:
    """Import every file of the folder of the package with this name, so that each declares what it holds.

    Raises
    ------
    ConfigError
        Naming the file that cannot be imported.
    """
    package = importlib.import_module(name)
    for info in pkgutil.iter_modules(package.__path__, name + "."):
        try:
            importlib.import_module(info.name)
        except ConfigError:
            raise
        except Exception as error:
            raise ConfigError(f"the plug-in file {info.name} cannot be loaded: {error}") from error
