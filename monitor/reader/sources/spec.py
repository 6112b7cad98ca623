"""Dataset strings as psana takes them, for finished files: ``exp=xppi0310:run=98[:dir=...][:stream=...]``."""

import difflib
import os
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import ConfigError, Unusable
from monitor.xtc.filename import parse

KEYS = ("exp", "run", "dir", "stream", "stop", "shmem")
NOT_YET = {
    "live": "files that are still being written",
    "smd": "small-data files first",
    "idx": "random access through index files",
    "rax": "random access",
    "h5": "HDF5 files",
    "shmem": "shared memory",
    "stop": "the end of a live source",
}
SITE_DIRECTORY = "/reg/d/psdm"
"""Where experiments lie if the environment variable SIT_PSDM_DATA does not say otherwise."""


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
    """

    experiment: str
    instrument: str
    runs: tuple[int, ...]
    directory: str = ""
    streams: tuple[int, ...] = ()


def parse_dataset(text: str) -> Dataset:
    """Parts of a dataset string.

    Raises
    ------
    ConfigError
        Naming the part that is wrong, unknown, or not supported.
    """
    given: dict[str, str] = {}
    for part in text.split(":"):
        key, equals, value = part.strip().partition("=")
        if key in NOT_YET:
            raise ConfigError(f"{NOT_YET[key]} cannot be read this way", key=f"source.dataset: {part}")
        if key == "xtc" and not equals:
            continue
        if key not in KEYS or not equals:
            nearest = difflib.get_close_matches(key, KEYS, n=1)
            raise ConfigError(
                f"not understood: {part!r}; write exp=NAME:run=NUMBER[:dir=FOLDER][:stream=NUMBERS]",
                key="source.dataset",
                nearest=nearest[0] if nearest else "",
            )
        if key in given or not value:
            raise ConfigError(f"{key}= must be given once, with a value", key="source.dataset")
        given[key] = value
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
    )


def files_of(dataset: Dataset) -> list[Path]:
    """The finished files of a dataset, sorted.

    Raises
    ------
    Unusable
        If the folder is not there, or one of the runs has no file in it.
    """
    directory = Path(dataset.directory or _site_directory(dataset))
    try:
        found = [(name, path) for path in directory.iterdir() if (name := parse(path)) is not None]
    except OSError as error:
        raise Unusable(f"{directory} cannot be read: {error.strerror}; give the folder with dir=") from error
    mine = [(n, p) for n, p in found if n.experiment == dataset.experiment and not n.small and not n.growing]
    missing = sorted(set(dataset.runs) - {name.run for name, _ in mine})
    if missing:
        there = ", ".join(str(run) for run in sorted({name.run for name, _ in mine})) or "none"
        raise Unusable(f"{directory} has no files of {dataset.experiment} run {missing[0]}; runs there: {there}")
    chosen = [(n, p) for n, p in mine if n.run in dataset.runs and (not dataset.streams or n.stream in dataset.streams)]
    if not chosen:
        there = ", ".join(str(s) for s in sorted({name.stream for name, _ in mine if name.run in dataset.runs}))
        raise Unusable(f"{directory} has none of the streams asked for; streams there: {there}")
    return [path for _, path in sorted(chosen)]


def _site_directory(dataset: Dataset) -> Path:
    root = os.environ.get("SIT_PSDM_DATA", SITE_DIRECTORY)
    return Path(root) / dataset.instrument / dataset.experiment / "xtc"


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
