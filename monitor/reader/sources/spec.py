"""Dataset strings as psana takes them: ``exp=xppi0310:run=98[:dir=...][:stream=...][:smd][:idx][:live][:xtc]``."""

import difflib
import os
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import ConfigError, Unusable
from monitor.reader.sources.follow import WatchedRun
from monitor.xtc.filename import SMALL_FOLDER, XtcName, index_file, parse

KEYS = ("exp", "run", "dir", "stream")
WORDS = ("xtc", "smd", "idx", "live")
ELSEWHERE = {
    "rax": "random access on small data cannot be read this way; use idx",
    "h5": "HDF5 files cannot be read; give the XTC files they were made from",
    "shmem": "shared memory is no dataset",
    "stop": "stop= belongs to shared memory",
}
SITE_DIRECTORY = "/reg/d/psdm"
SITE_VARIABLES = ("XTCMON_DATA", "SIT_PSDM_DATA")
"""Environment variables that say where experiments lie, the first that is set; else they lie in ``SITE_DIRECTORY``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """What a dataset string asks for.

    Attributes
    ----------
    experiment
        As in the names of the files.
    instrument
        Folder of the instrument; needed only where ``directory`` is empty.
    runs
        Run numbers, ascending.
    directory
        Folder with the files; empty for the site's own.
    streams
        Streams wanted; empty for all.
    small
        Read the small-data files, and big data on demand.
    index
        Every file must have its index, for random access.
    live
        Follow the files while they are written.
    """

    experiment: str
    instrument: str
    runs: tuple[int, ...]
    directory: str = ""
    streams: tuple[int, ...] = ()
    small: bool = False
    index: bool = False
    live: bool = False


def parse_dataset(text: str) -> Dataset:
    """Parts of a dataset string.

    Raises
    ------
    ConfigError
        Naming the part that is wrong, unknown, or not supported.
    """
    given: dict[str, str] = {}
    words: set[str] = set()
    for part in text.split(":"):
        key, equals, value = part.strip().partition("=")
        if key in WORDS and not equals:
            words.add(key)
            continue
        _refuse_unknown(part, key, equals)
        if key in given or not value:
            raise ConfigError(f"{key}= must be given once, with a value", key="source.dataset")
        given[key] = value
    if len(words & {"xtc", "smd", "idx"}) > 1 or {"idx", "live"} <= words:
        raise ConfigError(f"{' and '.join(sorted(words))} exclude each other", key="source.dataset")
    for key in ("exp", "run"):
        if key not in given:
            raise ConfigError(f"{key}= is missing; write exp=NAME:run=NUMBER", key="source.dataset")
    instrument, _, name = given["exp"].rpartition("/")
    name = f"e{name}" if name.isdecimal() else name
    return Dataset(
        experiment=name,
        instrument=instrument or name[:3],
        runs=_numbers(given["run"], "run"),
        directory=given.get("dir", ""),
        streams=_numbers(given["stream"], "stream") if "stream" in given else (),
        small="smd" in words,
        index="idx" in words,
        live="live" in words,
    )


def files_of(dataset: Dataset, site: str = "") -> list[Path]:
    """The finished files of a dataset, sorted.

    Parameters
    ----------
    dataset
        What is wanted.
    site
        Folder of the site's experiments; empty: as the environment says.

    Raises
    ------
    Unusable
        If the folder is not there, one of the runs has no file in it, or an index is missing.
    """
    directory = _directory(dataset, site)
    if dataset.small and (directory / SMALL_FOLDER).is_dir():
        directory /= SMALL_FOLDER
    try:
        found = [(name, path) for path in directory.iterdir() if (name := parse(path)) is not None]
    except OSError as error:
        raise Unusable(f"{directory} cannot be read: {error.strerror}; give the folder with dir=") from error
    mine = [(n, p) for n, p in found if n.experiment == dataset.experiment and n.small == dataset.small and not n.growing]
    missing = sorted(set(dataset.runs) - {name.run for name, _ in mine})
    if missing:
        there = ", ".join(str(run) for run in sorted({name.run for name, _ in mine})) or "none"
        hint = _hint(dataset, missing[0], [name for name, _ in found])
        raise Unusable(f"{directory} has no files of {dataset.experiment} run {missing[0]}; runs there: {there}{hint}")
    chosen = [(n, p) for n, p in mine if n.run in dataset.runs and (not dataset.streams or n.stream in dataset.streams)]
    if not chosen:
        there = ", ".join(str(s) for s in sorted({name.stream for name, _ in mine if name.run in dataset.runs}))
        raise Unusable(f"{directory} has none of the streams asked for; streams there: {there}")
    files = [path for _, path in sorted(chosen)]
    lacking = [path for path in files if dataset.index and not index_file(path).is_file()]
    if lacking:
        raise Unusable(f"there is no index {index_file(lacking[0])}; leave out idx, random access works without it")
    return files


def watched_of(dataset: Dataset, site: str = "") -> list[WatchedRun]:
    """The runs of a dataset to be followed; the same events with or without small data, so the big files are followed.

    Raises
    ------
    Unusable
        If the folder is not there.
    """
    folder = _directory(dataset, site)
    if not folder.is_dir():
        raise Unusable(f"there is no folder {folder}; give the folder with dir=")
    return [
        WatchedRun(experiment=dataset.experiment, run=run, paths={}, folder=folder, streams=dataset.streams)
        for run in dataset.runs
    ]


def _directory(dataset: Dataset, site: str) -> Path:
    """Folder with the big files of a dataset."""
    if dataset.directory:
        return Path(dataset.directory)
    root = site or next((os.environ[name] for name in SITE_VARIABLES if os.environ.get(name)), SITE_DIRECTORY)
    return Path(root) / dataset.instrument / dataset.experiment / "xtc"


def _hint(dataset: Dataset, run: int, names: list[XtcName]) -> str:
    """What to write instead if the run is there in another way."""
    here = [name for name in names if (name.experiment, name.run) == (dataset.experiment, run)]
    if any(name.growing for name in here):
        return "; it is still being written, add :live"
    return "; it has big files only, leave out smd" if dataset.small and here else ""


def _refuse_unknown(part: str, key: str, equals: str) -> None:
    """Refuse a part of a dataset string that means nothing here."""
    if key in ELSEWHERE:
        raise ConfigError(ELSEWHERE[key], key=f"source.dataset: {part}")
    if key not in KEYS or not equals:
        nearest = difflib.get_close_matches(key, (*KEYS, *WORDS), n=1)
        raise ConfigError(
            f"not understood: {part!r}; write exp=NAME:run=NUMBER[:dir=FOLDER][:stream=NUMBERS][:smd|:idx|:live]",
            key="source.dataset",
            nearest=nearest[0] if nearest else "",
        )


def _numbers(text: str, key: str) -> tuple[int, ...]:
    """Numbers of a list such as ``12,15-18``, ascending."""
    numbers: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise ConfigError(f"{key}={text}: write numbers and ranges, such as 12,15-18", key="source.dataset")
        start, stop = int(first), int(last or first)
        if stop < start or stop - start > 100_000:
            raise ConfigError(f"{key}={text}: {part.strip()} is not a range of {key} numbers", key="source.dataset")
        numbers.update(range(start, stop + 1))
    return tuple(sorted(numbers))
