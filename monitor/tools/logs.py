"""Log lines of a process: text for people, a JSON object per line for programs, and to the stream. Set up here, nowhere else."""

import json
import logging
import os
import sys
from pathlib import Path

from monitor.net.log_sender import LogSender, fields_of

FILE = "xtcmon-log.jsonl"
"""Name of the log of a service in its output folder; every process adds whole lines."""

KEPT_BYTES = 64 << 20
"""A log of this size makes way for a new one when the next service starts; one old one is kept."""


class EventFormatter(logging.Formatter):
    """``2026-11-21T08:00:00 WARNING xtcmon.reader row_late event=812 by=3``."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03d"

    def format(self, record: logging.LogRecord) -> str:
        """One line; the fields given as ``extra`` follow the event word."""
        line = f"{self.formatTime(record)} {record.levelname} {record.name} {sentence(record)}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonLines(logging.Handler):
    """Adds each record as one line to a file that other processes add to as well.

    Parameters
    ----------
    path
        The file; made if it is not there.
    process
        Who says it.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """

    def __init__(self, path: Path, process: str) -> None:
        super().__init__(level=logging.INFO)
        self._process = process
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._unwritten = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line in one call, so that lines of several processes do not mix."""
        entry = {
            "time": record.created,
            "severity": record.levelname,
            "process": self._process,
            "pid": os.getpid(),
            "event": record.getMessage(),
            "fields": fields_of(record),
            "text": sentence(record),
            **({"unwritten": self._unwritten} if self._unwritten else {}),
        }
        try:
            os.write(self._file, json.dumps(entry).encode() + b"\n")
            self._unwritten = 0
        except OSError:
            # A full disk must not end a process over its log; the next line that fits says how many are missing.
            self._unwritten += 1

    def close(self) -> None:
        """Let go of the file."""
        self.acquire()
        try:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1
        finally:
            self.release()
        super().close()


def set_up(
    level: str = "INFO", *, file: Path | None = None, process: str = "", service: Path | None = None, output: str = ""
) -> None:
    """Send log lines of this process where they belong.

    Parameters
    ----------
    level
        Least severity that is told.
    file
        Takes the text for people; ``None``: standard error.
    process
        Name of this process in the log.
    service
        Runtime folder of the service, whose stream tells the lines too; ``None``: there is no service.
    output
        Folder that has the log of the service, made if need be; empty: the runtime folder.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr) if file is None else logging.FileHandler(file)]
    handlers[0].setFormatter(EventFormatter())
    if service is not None:
        handlers.append(LogSender(service, process))
        handlers += _json_lines(Path(output) if output else service, process)
    logging.basicConfig(level=level, handlers=handlers, force=True)


def make_way(output: str) -> None:
    """Put a log aside that has become large, before a service starts."""
    path = Path(output or ".") / FILE
    if path.is_file() and path.stat().st_size > KEPT_BYTES:
        path.replace(path.with_suffix(".old.jsonl"))


def sentence(record: logging.LogRecord) -> str:
    """Event word and fields as a person reads them."""
    return " ".join([record.getMessage(), *(f"{name}={value}" for name, value in fields_of(record).items())])


def _json_lines(folder: Path, process: str) -> list[logging.Handler]:
    """The log of the service, if its folder can be made and written; text and stream go on without it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [JsonLines(folder / FILE, process)]
    except OSError as error:
        print(f"no log file in {folder}: {error.strerror}", file=sys.stderr)
        return []
