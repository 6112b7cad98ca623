"""A file under the HDF5 library that never refuses: the library does not survive a write that fails."""

import io
from pathlib import Path


class Sink(io.RawIOBase):
    """A new file; what the disk refuses is kept in memory and told afterwards (``error``).

    The library tries a failed write again at every close, and takes the process down with it. Here every write succeeds; who
    fills the file asks ``error`` from time to time and stops.
    """

    def __init__(self, path: Path) -> None:
        self.error: OSError | None = None
        self._file = path.open("w+b", buffering=0)
        self._refused: list[tuple[int, bytes]] = []
        self._at = 0

    def write(self, data: object) -> int:
        """Write at the present place."""
        view = memoryview(data).cast("B")  # type: ignore[arg-type]  # whatever has bytes
        try:
            if self.error is not None:
                raise self.error
            self._file.seek(self._at)
            written = 0
            while written < len(view):
                written += self._file.write(view[written:]) or 0
        except OSError as error:
            self.error = error
            self._refused.append((self._at, bytes(view)))
        self._at += len(view)
        return len(view)

    def readinto(self, buffer: object) -> int:
        """Read from the present place; what the disk refused is there too, and what nobody wrote is zero."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # whatever has bytes
        self._file.seek(self._at)
        got = self._file.read(len(view)) or b""
        view[: len(got)] = got
        view[len(got) :] = bytes(len(view) - len(got))
        for start, data in self._refused:
            low, high = max(start, self._at), min(start + len(data), self._at + len(view))
            if low < high:
                view[low - self._at : high - self._at] = data[low - start : high - start]
        self._at += len(view)
        return len(view)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        end = max([self._file.seek(0, io.SEEK_END), *(start + len(data) for start, data in self._refused)])
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: end}[whence]
        return self._at

    def tell(self) -> int:
        """The present place."""
        return self._at

    def truncate(self, size: int | None = None) -> int:
        """Give the file its length."""
        length = self._at if size is None else size
        try:
            if self.error is None:
                self._file.truncate(length)
        except OSError as error:
            self.error = error
        return length

    def flush(self) -> None:
        """Nothing is held back here."""

    def fileno(self) -> int:
        """Descriptor of the file."""
        return self._file.fileno()

    def seekable(self) -> bool:
        """Yes."""
        return True

    def readable(self) -> bool:
        """Yes."""
        return True

    def writable(self) -> bool:
        """Yes."""
        return True

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    def check(self) -> None:
        """Raise what the disk refused, if it did."""
        if self.error is not None:
            raise self.error
