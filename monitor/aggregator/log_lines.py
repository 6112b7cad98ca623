"""Log lines of all processes on their way to the stream: a few a second, the others are counted. Pure."""

from monitor.aggregator.trouble import Trouble
from monitor.wire.client_note import LogLine

MOST_PER_SECOND = 50


class LogLines:
    """Lets so many lines of a second through that nobody is flooded.

    Parameters
    ----------
    trouble
        Told of lines that are passed over.
    """

    def __init__(self, trouble: Trouble) -> None:
        self._trouble = trouble
        self._second = 0
        self._count = 0

    def take(self, line: LogLine, now: float) -> LogLine | None:
        """The line if it is to be shown."""
        if int(now) != self._second:
            self._second, self._count = int(now), 0
        self._count += 1
        if self._count <= MOST_PER_SECOND:
            return line
        self._trouble.add("log lines not shown, for there were too many")
        return None
