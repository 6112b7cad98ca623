"""Log lines of a process to the aggregator of its service, which publishes them; never waits, and drops what finds no room."""

import logging
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError, Unusable
from monitor.net.endpoints import read_endpoints
from monitor.net.socket import ZmqDealer
from monitor.wire.client_note import LogLine
from monitor.wire.note import to_message

QUEUE = 100
TEXT_LIMIT = 400

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class LogSender(logging.Handler):
    """A handler of log records.

    Parameters
    ----------
    folder
        Runtime folder of the service, where the aggregator's address will be.
    process
        Who says it.
    """

    def __init__(self, folder: Path, process: str) -> None:
        super().__init__(level=logging.INFO)
        self._folder = folder
        self._process = process
        self._address = ""
        self._dealer: ZmqDealer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Send a record; the logging module holds the handler's lock, so that the socket is used by one thread at a time."""
        try:
            dealer = self._connected()
        except (Unusable, ConfigError):
            # The folder is gone, or being written: the line is in the log file of the process all the same.
            return
        if dealer is not None:
            dealer.send(to_message(line_of(record, self._process)))

    def close(self) -> None:
        """Let go of the socket."""
        self.acquire()
        try:
            if self._dealer is not None:
                self._dealer.close()
                self._dealer = None
        finally:
            self.release()
        super().close()

    def _connected(self) -> ZmqDealer | None:
        """A socket to where the aggregator is; ``None`` before that is known."""
        if self._dealer is None:
            address = read_endpoints(self._folder).rows
            if address:
                self._dealer = ZmqDealer(address, f"log {self._process} {socket.gethostname()}", hwm=QUEUE)
        return self._dealer


def line_of(record: logging.LogRecord, process: str) -> LogLine:
    """A record as it travels; everything but numbers is text of bounded length."""
    return LogLine(
        time=record.created,
        level=record.levelname,
        process=process,
        event=record.getMessage()[:TEXT_LIMIT],
        fields=fields_of(record),
    )


def fields_of(record: logging.LogRecord) -> Mapping[str, Any]:
    """What was given as ``extra``, and the error if there is one; numbers, and texts of bounded length."""
    fields = {name: _plain(value) for name, value in vars(record).items() if name not in _OWN}
    if record.exc_info and record.exc_info[1] is not None:
        fields["error"] = _plain(repr(record.exc_info[1]))
    return fields


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return {str(key)[:TEXT_LIMIT]: entry if isinstance(entry, int | float) else str(entry) for key, entry in value.items()}
    return value if isinstance(value, int | float | bool) or value is None else str(value)[:TEXT_LIMIT]
