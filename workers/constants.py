"""Constants of an area detector: which place the settings name, and what is said where something is missing."""

from pathlib import Path

from monitor.calib.constants import Constants, read_constants
from monitor.calib.directory import calib_near
from monitor.errors import ConfigError
from monitor.model.place import FilePlace, Place
from monitor.settings import Detector, Settings
from workers.run_view import Source
from workers.trouble import Trouble

RAW = "none"
"""What the setting ``constants`` says for raw pixels."""


def constants_for(
    detector: Detector, source: Source, run: int, settings: Settings, places: tuple[Place, ...], note: Trouble
) -> Constants:
    """Constants that the settings ask for, or that lie in a calib directory; empty, and said, if there are none.

    Raises
    ------
    ConfigError
        If the settings name a place where there is nothing.
    """
    if detector.constants == RAW:
        return {}
    place = _place(detector, settings, places)
    found = {} if place is None else read_constants(place, source.text, run, note.note)
    if "pedestals" not in found:
        note.note(f"{detector.name}: no pedestals for {source.text}; raw pixels are used")
    return found


def _place(detector: Detector, settings: Settings, places: tuple[Place, ...]) -> Path | None:
    named = detector.constants or settings.calib_directory
    if named:
        path = Path(named)
        if not path.exists():
            raise ConfigError(f"there are no constants at {path}", key=f"detector.{detector.name}.constants")
        return path
    files = (Path(place.path) for place in places if isinstance(place, FilePlace))
    return next((near for near in map(calib_near, files) if near is not None), None)
