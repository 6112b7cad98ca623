"""The constants of the run that is read: which files they are, and that they changed; a thread beside the loop looks."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from monitor.calib.constants import read_mask
from monitor.calib.directory import calib_near, source_name
from monitor.calib.geometry.text import read_geometry
from monitor.calib.watch import InUse, Watch
from monitor.errors import ConfigError, DamagedData
from monitor.model.place import FilePlace
from monitor.model.run_state import RunState
from monitor.settings import CONSTANTS_RAW, CONSTANTS_REQUIRED, GEOMETRY_ROUGH, Settings
from monitor.xtc.names import source_text

INTERVAL_S = 2.0
"""Between two looks; a change counts at the second one that sees it."""


class Calibration:
    """Knows the constants in use, and looks whether they are still the same.

    Parameters
    ----------
    interval_s
        Seconds between two looks.
    """

    def __init__(self, interval_s: float = INTERVAL_S) -> None:
        self._interval_s = interval_s
        self._watch = Watch()
        self._state: RunState | None = None
        self._near: Path | None = None
        self._use: InUse | None = None
        self._contents: Mapping[str, str] = {}
        self._next_look = 0.0
        self._looking: Future[Mapping[str, str] | None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="calibration")

    def entered(self, settings: Settings, state: RunState, places: Sequence[object]) -> Mapping[str, str] | None:
        """Path and SHA-256 of each constants file, if these events may need others than those before; else None."""
        if state is self._state:
            return None
        self._state = state
        self._near = next((near for p in places if isinstance(p, FilePlace) and (near := calib_near(Path(p.path)))), None)
        before = self._use
        contents = self.used_by(settings)
        return None if self._use == before else contents

    def used_by(self, settings: Settings) -> Mapping[str, str]:
        """Path and SHA-256 of each constants file that these settings use in the present run; they are watched from now on."""
        if self._state is None:
            return settings.constants
        use = in_use(settings, self._state, self._near)
        if use != self._use:
            self._finish_look()
            self._use, self._contents = use, self._watch.begin(use)
        return self._contents

    def changed(self, now: float) -> Mapping[str, str] | None:
        """Path and SHA-256 of each constants file, if some appeared, changed or vanished; else None."""
        if self._looking is not None and self._looking.done():
            found, self._looking = self._looking.result(), None
            self._contents = self._contents if found is None else found
            return found
        if self._looking is None and self._use is not None and now >= self._next_look:
            self._next_look = now + self._interval_s
            self._looking = self._thread.submit(self._watch.look)
        return None

    def close(self) -> None:
        """Look no more."""
        self._thread.shutdown(wait=True)

    def _finish_look(self) -> None:
        """Wait for the look that is under way; what it saw is seen again."""
        if self._looking is not None:
            self._looking.result()
            self._looking = None


def in_use(settings: Settings, state: RunState, near: Path | None) -> InUse:
    """Where the constants of a run are looked for: at every place that the settings name, for every source that may have some."""
    own = [detector.constants for detector in settings.detector]
    named = [name for name in own if name not in ("", CONSTANTS_RAW, CONSTANTS_REQUIRED)]
    common = settings.calib_directory or (str(near) if near is not None else "")
    places = {Path(name) for name in (*named, common) if name}
    files = {Path(detector.mask.file) for detector in settings.detector if detector.mask.file}
    files |= {Path(detector.geometry) for detector in settings.detector if detector.geometry not in ("", GEOMETRY_ROUGH)}
    texts = {source_text(key.level, 0, key.physical) for key in state.configs}
    sources = sorted(text for text in texts if source_name(text) is not None)
    return InUse(places=tuple(sorted(places)), files=tuple(sorted(files)), sources=tuple(sources), run=state.run)


def check_files(settings: Settings) -> None:
    """Whether masks and geometries that settings name one by one can be read; a detector would be off without them.

    Raises
    ------
    ConfigError
        Naming the key and the file.
    """
    for detector in settings.detector:
        named = ((detector.mask.file, "mask.file", read_mask), (detector.geometry, "geometry", read_geometry))
        for name, key, read in named:
            if name in ("", GEOMETRY_ROUGH):
                continue
            try:
                read(Path(name))
            except DamagedData as error:
                raise ConfigError(str(error), key=f"detector.{detector.name}.{key}") from error
