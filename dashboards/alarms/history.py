"""What happened to the alarms, as it is told in the log and on the pages."""

from dataclasses import dataclass
from typing import Any, Literal

from monitor.settings import Alarm


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmEvent:
    """Something that happened.

    Attributes
    ----------
    name
        Of the alarm.
    what
        What happened to it.
    time
        Unix time in seconds.
    value
        The value that was judged last, NaN if there is none.
    text
        The limit in words, who acknowledged it, or what became of its command.
    """

    name: str
    what: Literal["raised", "over", "acknowledged", "command"]
    time: float
    value: float
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An alarm that is raised, or that was and nobody has acknowledged.

    Attributes
    ----------
    name, severity, text, value
        What it is about.
    since
        Unix time in seconds at which it was raised.
    over
        Whether it is over; it is shown until somebody acknowledges it.
    acknowledged
        By whom; empty = by nobody.
    """

    name: str
    severity: str
    text: str
    value: float
    since: float
    over: bool = False
    acknowledged: str = ""

    def plain(self) -> dict[str, Any]:
        """As it travels in the status."""
        return {
            "name": self.name,
            "severity": self.severity,
            "text": self.text,
            "value": self.value,
            "since": self.since,
            "over": self.over,
            "acknowledged": self.acknowledged,
        }


def limit_text(alarm: Alarm) -> str:
    """The condition in words."""
    about = alarm.value or alarm.service
    if alarm.absent:
        return f"{alarm.absent} is absent"
    return f"{about} above {alarm.above:g}" if alarm.above is not None else f"{about} below {alarm.below:g}"
