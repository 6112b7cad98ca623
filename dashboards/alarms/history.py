"""What happened to the alarms, as it is told in the log and on the pages."""

import math
from dataclasses import dataclass
from typing import Any, Literal

from dashboards.alarms.book import Limit
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
        The limit in words, who acknowledged it, what became of its command, or who changed what.
    """

    name: str
    what: Literal["raised", "over", "acknowledged", "command", "changed"]
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


@dataclass(frozen=True, slots=True)
class Told:
    """What the pages show.

    Attributes
    ----------
    raised
        Alarms that must be shown, newest first.
    history
        What happened, oldest first.
    wrong
        Alarms that cannot be judged, and why.
    watched
        How many alarms there are; 0 = this dashboard watches none.
    limits
        All alarms as they are set, watched or not.
    trouble
        What was wrong with the file of what people changed; empty = nothing.
    """

    raised: tuple[Raised, ...] = ()
    history: tuple[AlarmEvent, ...] = ()
    wrong: tuple[tuple[str, str], ...] = ()
    watched: int = 0
    limits: tuple[Limit, ...] = ()
    trouble: str = ""


def raised_of(alarms: object) -> tuple[Raised, ...]:
    """Alarms out of a status, for a dashboard that does not watch itself; what is not understood is left out."""
    found = []
    for each in alarms if isinstance(alarms, list | tuple) else ():
        match each:
            case {"name": str(name), "severity": str(severity), "text": str(text), "since": int() | float() as since}:
                value, over, by = each.get("value"), each.get("over"), each.get("acknowledged")
                found.append(
                    Raised(
                        name=name,
                        severity=severity,
                        text=text,
                        value=float(value) if isinstance(value, int | float) else math.nan,
                        since=float(since),
                        over=over is True,
                        acknowledged=by if isinstance(by, str) else "",
                    )
                )
    return tuple(found)


def limit_text(alarm: Alarm) -> str:
    """The condition in words."""
    about = alarm.value or alarm.service
    if alarm.absent:
        return f"{alarm.absent} is absent"
    return f"{about} above {alarm.above:g}" if alarm.above is not None else f"{about} below {alarm.below:g}"
