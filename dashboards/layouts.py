"""Layouts: what people chose on the pages, saved by name beside the data, so that a name brings all of it back."""

import json
import logging
import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl

log = logging.getLogger(__name__)

FOLDER = "layouts"
LONGEST = 64
MOST = 200
LARGEST = 100_000

Layout = Mapping[str, Mapping[str, str]]
"""Page to what stands behind the question mark of its address."""

NAME = re.compile(r"[\w][\w .+-]*")
FRAME_ONLY = frozenset({"layout", "run", "at"})
"""Parts of an address that are not a page's own choices."""


class Layouts:
    """The layouts of one output folder.

    Parameters
    ----------
    directory
        The output folder; empty = nothing can be saved.
    """

    def __init__(self, directory: str) -> None:
        self._folder = Path(directory) / FOLDER if directory else None

    def names(self) -> list[str]:
        """What there is, by alphabet."""
        try:
            found = sorted(path.stem for path in self._folder.glob("*.json")) if self._folder is not None else []
        except OSError:
            return []
        return [name for name in found if NAME.fullmatch(name)][:MOST]

    def get(self, name: str) -> Layout:
        """A layout; empty if there is none of this name, or it cannot be read."""
        if self._folder is None or not NAME.fullmatch(name) or len(name) > LONGEST:
            return {}
        path = self._folder / f"{name}.json"
        try:
            if not path.exists():
                return {}
            with path.open() as file:
                return _layout(json.loads(file.read(LARGEST)))
        except (OSError, ValueError) as error:
            log.warning("layout_unreadable", extra={"layout": name, "why": str(error)})
            return {}

    def save(self, name: str, layout: Layout) -> str:
        """Keep a layout under a name, in place of an older one; what came of it, in words."""
        if self._folder is None:
            return "Not saved: the service has no output folder."
        if not NAME.fullmatch(name) or len(name) > LONGEST:
            return f"Not saved: a name has letters, digits, spaces and .+-_ only, at most {LONGEST}."
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh = self._folder / f".{name}.{os.getpid()}"
            fresh.write_text(json.dumps(layout, indent=1))
            fresh.replace(self._folder / f"{name}.json")
        except OSError as error:
            return f"Not saved: {error.strerror}."
        return f"Saved as {name}."


def layout_of(text: str) -> tuple[str, Layout]:
    """Name and layout as a browser sends them: ``{"name": ..., "pages": {page: "?field=..."}}``.

    Raises
    ------
    ValueError
        If it is something else.
    """
    match json.loads(text):
        case {"name": str(name), "pages": dict(pages)} if all(isinstance(each, str) for each in pages.values()):
            addresses = {str(page): dict(parse_qsl(search.lstrip("?"))) for page, search in pages.items()}
            return name.strip(), {page: _own(said) for page, said in addresses.items() if _own(said)}
    raise ValueError("not a layout")


def _own(said: Mapping[str, str]) -> dict[str, str]:
    return {key: text for key, text in said.items() if key not in FRAME_ONLY}


def _layout(data: object) -> Layout:
    """A layout out of a file.

    Raises
    ------
    ValueError
        If it is something else.
    """
    if not isinstance(data, dict) or not all(isinstance(said, dict) for said in data.values()):
        raise ValueError("not a layout")
    return {str(page): {str(key): str(text) for key, text in said.items()} for page, said in data.items()}
