"""All files of a calib directory, with what their places say about them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.calib.directory import closed
from monitor.calib.run_range import HISTORY, RunRange
from monitor.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibFile:
    """One file, four levels below the calib directory.

    Attributes
    ----------
    path
        Where it is.
    group, source, ctype
        Names of its folders.
    runs
        Runs it holds for; None if its name is no run range.
    """

    path: Path
    group: str
    source: str
    ctype: str
    runs: RunRange | None


def closed_folders(calib: Path) -> Iterator[tuple[Path, str]]:
    """Folders of a calib directory that cannot be read, and why; what they hold is not among the files."""
    return closed([calib, *(folder for below in ("*", "*/*", "*/*/*") for folder in sorted(calib.glob(below)))])


def calib_files(calib: Path) -> Iterator[CalibFile]:
    """Every file, sorted by place; HISTORY and hidden files are not among them.

    Raises
    ------
    ConfigError
        If there is no such folder.
    """
    if not calib.is_dir():
        raise ConfigError("there is no such calib directory", key=str(calib))
    for path in sorted(calib.glob("*/*/*/*")):
        if path.name != HISTORY and not path.name.startswith(".") and path.is_file():
            ctype = path.parent
            yield CalibFile(
                path=path,
                group=ctype.parent.parent.name,
                source=ctype.parent.name,
                ctype=ctype.name,
                runs=RunRange.parse(path.name),
            )
