"""The folder is the list: pages and plots are found at start-up, one file each."""

import importlib
import pkgutil
from collections.abc import Callable
from types import ModuleType
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """Classes by name.

    Parameters
    ----------
    what
        Word for error texts, "page" or "plot".
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._entries: dict[str, type[T]] = {}

    def add(self, name: str) -> Callable[[type[T]], type[T]]:
        """Class decorator that enters a class.

        Raises
        ------
        ValueError
            If the name is taken.
        """

        def enter(entry: type[T]) -> type[T]:
            if name in self._entries:
                raise ValueError(f"two {self._what}s are called {name!r}: {self._entries[name].__module__}, {entry.__module__}")
            self._entries[name] = entry
            return entry

        return enter

    def found(self, folder: ModuleType) -> dict[str, type[T]]:
        """All entries, after importing every file of the folder; a broken file raises as it is."""
        for module in pkgutil.iter_modules(folder.__path__):
            importlib.import_module(f"{folder.__name__}.{module.name}")
        return dict(self._entries)
