"""Log lines of a process: a time, a level, a fixed event word and its fields. Set up here and nowhere else."""

import logging
import sys
from pathlib import Path

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class EventFormatter(logging.Formatter):
    """``2026-11-21T08:00:00 WARNING xtcmon.reader row_late event=812 by=3``."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03d"

    def format(self, record: logging.LogRecord) -> str:
        """One line; the fields given as ``extra`` follow the event word."""
        fields = " ".join(f"{name}={value}" for name, value in vars(record).items() if name not in _OWN)
        line = f"{self.formatTime(record)} {record.levelname} {record.name} {record.getMessage()} {fields}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def set_up(level: str = "INFO", *, file: Path | None = None) -> None:
    """Send log lines of this process to a file, or to standard error."""
    handler = logging.StreamHandler(sys.stderr) if file is None else logging.FileHandler(file)
    handler.setFormatter(EventFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
