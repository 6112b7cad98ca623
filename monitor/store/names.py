"""Names of the files of one run: the file people open, the parts it is written as, and what is hidden while half-written."""

import re
from dataclasses import dataclass
from pathlib import Path

_PART = re.compile(r"_part(\d{4,})\.h5$")
_RUN = re.compile(r"^(?P<experiment>.+)_Run(?P<run>\d{4,})(?:_part\d{4,})?\.h5$")


@dataclass(frozen=True, slots=True)
class RunNames:
    """Every file name of one run in one directory (small-data convention: experiment, ``_Run``, four digits)."""

    directory: Path
    experiment: str
    run: int

    @property
    def stem(self) -> str:
        """Beginning of every name of this run."""
        return f"{self.experiment}_Run{self.run:04d}"

    @property
    def whole(self) -> Path:
        """The file people open: an index over the parts during the run, one plain file after it."""
        return self.directory / f"{self.stem}.h5"

    @property
    def lock(self) -> Path:
        """Held by the process that writes this run."""
        return self.directory / f".{self.stem}.lock"

    def part(self, number: int) -> Path:
        """One part, counted from 1."""
        return self.directory / f"{self.stem}_part{number:04d}.h5"

    def parts(self) -> list[Path]:
        """The parts that exist, in order."""
        found = [path for path in self.directory.glob(f"{self.stem}_part*.h5") if _PART.search(path.name)]
        return sorted(found, key=part_number)

    def leftovers(self) -> list[Path]:
        """Half-written files of a process that died."""
        return list(self.directory.glob(f".{self.stem}*.new"))


def part_number(path: Path) -> int:
    """Number in the name of a part; 0 if the name is not that of a part."""
    match = _PART.search(path.name)
    return int(match[1]) if match else 0


def hidden(path: Path) -> Path:
    """Name under which a file is written before it is complete and renamed."""
    return path.with_name(f".{path.name}.new")


def names_of(path: Path) -> RunNames | None:
    """Names of the run that a file (whole or part) belongs to; None if it is not named as a small-data file."""
    match = _RUN.match(path.name)
    return RunNames(path.parent, match["experiment"], int(match["run"])) if match else None
