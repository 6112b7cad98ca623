"""Which source the settings ask for."""

import glob
from collections.abc import Sequence
from pathlib import Path

from monitor.errors import ConfigError, Unusable
from monitor.reader.sources.chosen import ChosenSource
from monitor.reader.sources.files import FileSource
from monitor.reader.sources.follow import FollowSource, is_growing, watched
from monitor.reader.sources.listen import ListenSource
from monitor.reader.sources.source import Source
from monitor.reader.sources.spec import files_of, parse_dataset, watched_of
from monitor.reader.sources.xtc2_files import Xtc2FileSource
from monitor.reader.sources.xtc2_follow import Xtc2FollowSource
from monitor.settings import Settings
from monitor.xtc.filename import final_name
from monitor.xtc2.mapped import is_xtc2_file


def source_of(settings: Settings) -> Source:
    """The source that the settings name.

    Raises
    ------
    ConfigError
        If they name none, or more than one.
    Unusable, DamagedData
        If it cannot be opened.
    """
    source = settings.source
    named = [name for name in ("dataset", "files", "listen", "simulate") if getattr(source, name)]
    if len(named) != 1:
        found = " and ".join(named) or "nothing"
        raise ConfigError(f"{found} given; a source is one of dataset, files, listen", key="source")
    if source.dataset:
        return _dataset(settings)
    if source.files:
        paths = expanded(source.files)
        if source.follow == "yes" or (source.follow == "auto" and is_growing(paths)):
            _refuse_choice(settings)
            if any(_is_xtc2(path) for path in paths):
                return Xtc2FollowSource(paths, source.follow_timeout)
            return FollowSource(watched(paths), settings)
        return _files(paths, settings)
    if source.listen:
        _refuse_choice(settings)
        return ListenSource(source.listen, settings)
    raise ConfigError("a simulated run is written first; give its files here", key="source.simulate")


def _dataset(settings: Settings) -> Source:
    """Files, or files that grow, of a dataset string."""
    source = settings.source
    dataset = parse_dataset(source.dataset)
    if source.follow == "yes" or (source.follow == "auto" and dataset.live):
        _refuse_choice(settings)
        runs = watched_of(dataset, source.data_directory)
        there = [path for run in runs for path in run.appeared().values()]
        if any(_is_xtc2(path) for path in there):
            return Xtc2FollowSource(there, source.follow_timeout)
        return FollowSource(runs, settings)
    return _files(files_of(dataset, source.data_directory), settings, index=dataset.index)


def _files(paths: Sequence[Path], settings: Settings, *, index: bool = False) -> Source:
    """Finished files, or a choice of their events; of which generation is seen in their bytes."""
    if any(is_xtc2_file(path) for path in paths):
        return _xtc2_files(paths, settings)
    if settings.source.events or settings.source.times:
        return ChosenSource(paths, settings, index=index)
    return FileSource(paths, settings)


def _xtc2_files(paths: Sequence[Path], settings: Settings) -> Source:
    """Finished files of LCLS-II."""
    if settings.source.events or settings.source.times:
        raise ConfigError("events cannot be chosen in XTC2 files", key="source.events, source.times")
    return Xtc2FileSource(paths)


def _is_xtc2(path: Path) -> bool:
    """Whether a file is XTC2, by its bytes; by its name while it has none."""
    there = path if path.exists() else final_name(path)
    empty = not there.exists() or there.stat().st_size == 0
    return ".xtc2" in path.name if empty else is_xtc2_file(there)


def _refuse_choice(settings: Settings) -> None:
    """Refuse to choose among events that have not been recorded yet."""
    if settings.source.events or settings.source.times:
        raise ConfigError("events can be chosen in finished files only", key="source.events, source.times")


def expanded(names: tuple[str, ...]) -> list[Path]:
    """Paths of files, patterns such as ``xtc/*-r0098-*.xtc`` replaced by what they match.

    Raises
    ------
    Unusable
        If a pattern matches nothing.
    """
    paths: list[Path] = []
    for name in names:
        found = [name] if Path(name).exists() or not glob.has_magic(name) else sorted(glob.glob(name))
        if not found:
            raise Unusable(f"no file matches {name}")
        paths += [Path(one) for one in found]
    return paths
