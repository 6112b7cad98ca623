"""Constants of an area detector: which place the settings name, whether they fit, and what is said where something is missing."""

from pathlib import Path

from monitor.calib.constants import Constants, read_constants
from monitor.calib.directory import calib_near, device_of
from monitor.calib.shapes import fitted
from monitor.errors import ConfigError, DamagedData
from monitor.model.place import FilePlace, Place
from monitor.settings import CONSTANTS_RAW, CONSTANTS_REQUIRED, Detector, Settings
from workers.run_view import Source
from workers.trouble import Trouble


class MissingConstants(ConfigError):
    """Constants that the settings require are missing or cannot be used; the run must not go on without them."""


def constants_for(
    detector: Detector,
    source: Source,
    run: int,
    settings: Settings,
    places: tuple[Place, ...],
    shape: tuple[int, ...],
    note: Trouble,
) -> Constants:
    """Constants that the settings ask for, or that lie in a calib directory; what is missing or does not fit is said.

    Parameters
    ----------
    detector
        Its settings.
    source
        The source it is.
    run
        Run number.
    settings
        The whole set-up.
    places
        Where the bytes of the events are: a calib directory may be near.
    shape
        Shape of a frame, panels first.
    note
        Told what is missing or cannot be used.

    Returns
    -------
    Mapping
        Arrays by calibration type, of shape ``shape`` or ``(ranges, *shape)`` (see ``monitor.calib.shapes.fitted``).

    Raises
    ------
    MissingConstants
        If the settings require constants, and pedestals are missing or any file cannot be used.
    """
    if detector.constants == CONSTANTS_RAW:
        return {}
    wrong: list[str] = []
    changed: list[str] = []
    files: dict[str, Path] = {}

    def seen(path: Path, content: str) -> None:
        files[path.parent.name] = path
        if settings.constants.get(str(path), content) != content:
            changed.append(f"{detector.name}: {path} has changed since this version of the settings was made")

    place = place_of(detector, settings, places)
    read: Constants = {}
    unreachable = False
    if place is not None:
        try:
            read = read_constants(place, source.text, run, wrong.append, seen)
        except ConfigError as error:
            wrong.append(error.why)
            unreachable = True
    found = {}
    for ctype, array in read.items():
        try:
            found[ctype] = fitted(array, ctype, shape, device_of(source.text))
        except DamagedData as error:
            wrong.append(f"{error}, in {files.get(ctype, place)}")
    # A place with nothing, or a file of them that cannot be used, has been named already.
    named = any(text.startswith(("pedestals ", "constants ")) for text in wrong) or unreachable
    if "pedestals" not in found and not named:
        wrong.append(f"no pedestals for {source.text}" + (f", run {run}, in {place}" if place else ""))
    if wrong and (detector.constants_required or detector.constants == CONSTANTS_REQUIRED):
        raise MissingConstants("; ".join(wrong), key=f"detector.{detector.name}.constants")
    without = "raw pixels are used" if "pedestals" not in found else "the default is used"
    for text in wrong:
        note.note(f"{detector.name}: {text}; {without}")
    for text in changed:
        note.note(text)
    return found


def place_of(detector: Detector, settings: Settings, places: tuple[Place, ...]) -> Path | None:
    """Where the constants of a detector are: named for it, named for all, or near the data; None if nowhere."""
    own = "" if detector.constants == CONSTANTS_REQUIRED else detector.constants
    named = own or settings.calib_directory
    if named:
        return Path(named)
    files = (Path(place.path) for place in places if isinstance(place, FilePlace))
    return next((near for near in map(calib_near, files) if near is not None), None)
