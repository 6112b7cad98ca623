"""Writes the streams of a run into growing files, as recorders do, a few bytes or datagrams at a time."""

from pathlib import Path


class Recorder:
    """The recorder of one stream.

    Chunks are ``NAME.xtc.inprogress`` while they are written and renamed when they are closed; with ``rename_at_once`` they have
    their final name from the start.
    """

    def __init__(self, folder: Path, stream: int, data: list[bytes], *, run: int = 12, rename_at_once: bool = False) -> None:
        self.folder, self.stream, self.run = folder, stream, run
        self.left = list(data)
        self.chunk = -1
        self.torn = False
        self.suffix = "" if rename_at_once else ".inprogress"

    @property
    def path(self) -> Path:
        """Where the open chunk is."""
        return self.final.with_name(self.final.name + self.suffix)

    @property
    def final(self) -> Path:
        return self.folder / f"xpptut15-r{self.run:04d}-s{self.stream:02d}-c{self.chunk:02d}.xtc"

    def open(self) -> Path:
        """Begin the next chunk."""
        self.chunk += 1
        self.path.touch()
        return self.path

    def write(self, count: int, *, but: int = 0) -> int:
        """Append so many datagrams, the last ``but`` bytes of them held back for the next time; how many were left to write."""
        part, self.left = self.left[:count], self.left[count:]
        data = b"".join(part)
        cut = len(data) - min(but, len(data))
        self.torn = cut < len(data)
        if self.torn:
            self.left.insert(0, data[cut:])
        with self.path.open("ab") as file:
            file.write(data[:cut])
        return len(part)

    def close(self) -> None:
        """Complete the chunk."""
        if self.suffix:
            self.path.rename(self.final)


class Time:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now
