"""Limits of the alarms as they are now: those of the settings, and what people changed on a page, kept beside the data."""

import json
import logging
import math
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboards.alarms.versions import FORMAT, MOST_VERSIONS, UNDONE, AlarmVersion, Edits, last_change, not_undone, versions_in
from dashboards.reduce.expression import Expression
from dashboards.set_aside import set_aside
from monitor.errors import ConfigError
from monitor.settings import Alarm, parse

log = logging.getLogger("xtcmon.alarm")

FILE = "alarms.json"
LARGEST = 1 << 20
MOST_ALARMS = 100
LONGEST_NAME = 60
LONGEST_TEXT = 500
LOOK_AGAIN_S = 1.0

EDITABLE = ("value", "service", "absent", "above", "below", "back", "average", "seconds", "events", "severity", "on")
"""What a page may say of an alarm. A command is none of it: programs come from the settings file alone."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One alarm as it is now; ``author`` is empty and ``time`` NaN where nobody has changed it."""

    alarm: Alarm
    on: bool = True
    author: str = ""
    time: float = math.nan


class AlarmBook:
    """The alarms of one output folder, for any thread of this process, and for other dashboards of the folder.

    Parameters
    ----------
    alarms
        Of the settings.
    directory
        The output folder; empty = what is changed ends with this process.
    clock
        Unix seconds.
    """

    def __init__(self, alarms: Sequence[Alarm], directory: str = "", clock: Callable[[], float] = time.time) -> None:
        self._given = {alarm.name: alarm for alarm in alarms}
        self._path = Path(directory) / FILE if directory else None
        self._clock, self._lock = clock, threading.RLock()
        self._versions: tuple[AlarmVersion, ...] = ()
        self._limits: tuple[Limit, ...] = tuple(Limit(alarm) for alarm in alarms)
        self._stamp: tuple[int, ...] = ()
        self._looked_at = -math.inf
        self.trouble = ""
        """What was wrong with the file, if it had to be set aside."""
        self.refresh()

    @property
    def limits(self) -> tuple[Limit, ...]:
        """All alarms."""
        return self._limits

    @property
    def active(self) -> tuple[Alarm, ...]:
        """Those that are watched."""
        return tuple(limit.alarm for limit in self._limits if limit.on)

    @property
    def versions(self) -> tuple[AlarmVersion, ...]:
        """What was changed, oldest first."""
        return self._versions

    def refresh(self) -> None:
        """Take what another dashboard of the folder has changed; looks at most once a second."""
        now = time.monotonic()
        if self._path is None or now - self._looked_at < LOOK_AGAIN_S:
            return
        self._looked_at = now
        with self._lock:
            self._read(self._path)

    def change(self, name: str, fields: Mapping[str, Any], author: str, names: Iterable[str] = ()) -> str:
        """Change an alarm, or make a new one; what came of it, in words.

        Parameters
        ----------
        name
            Of the alarm.
        fields
            Of ``EDITABLE`` those that are to hold.
        author
            Who asks.
        names
            Fields of the run, if they are known: an expression must be one over them.
        """
        with self._lock:
            self._look_now()
            edits = {**self._edits, name: {**self._edits.get(name, {}), **fields}}
            try:
                _check_name(name)
                made = self._made(name, edits[name])
                _check(made, names)
                if len({*self._given, *edits}) > MOST_ALARMS:
                    raise ConfigError(f"there are {MOST_ALARMS} alarms already")
            except ConfigError as error:
                return f"Refused: {error}"
            before = next((limit for limit in self._limits if limit.alarm.name == name), None)
            what = _what(before, made, edits[name].get("on", True) is not False)
            return self._add(author, f"{name}: {what}", edits) if what else "Nothing is different."

    def undo(self, author: str) -> str:
        """Take back the last change that is not taken back yet; what came of it, in words."""
        with self._lock:
            self._look_now()
            done = not_undone(self._versions)
            if done is None or (done is self._versions[0] and done.number > 1):
                return "There is no change to take back."
            before = next((each.edits for each in reversed(self._versions) if each.number < done.number), {})
            return self._add(author, f"{UNDONE}{done.number}: {done.what}", before)

    @property
    def _edits(self) -> Edits:
        return self._versions[-1].edits if self._versions else {}

    def _look_now(self) -> None:
        if self._path is not None:
            self._read(self._path)

    def _made(self, name: str, edits: Mapping[str, Any]) -> Alarm:
        """An alarm of the settings with its edits, checked as the settings are."""
        given = self._given.get(name)
        base = given.model_dump() if given is not None else {"name": name}
        for key in edits:
            if key not in EDITABLE:
                raise ConfigError(f"{key} of an alarm cannot be given on a page")
        plain = {**base, **{key: value for key, value in edits.items() if key != "on"}}
        return parse({"alarm": [plain]}).alarm[0]

    def _add(self, author: str, what: str, edits: Edits) -> str:
        """One more version, kept in the file."""
        number = self._versions[-1].number + 1 if self._versions else 1
        new = AlarmVersion(number, author, self._clock(), what, edits)
        versions = (*self._versions, new)[-MOST_VERSIONS:]
        if self._path is not None:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                fresh = self._path.with_name(f".{self._path.name}.{os.getpid()}")
                fresh.write_text(json.dumps({"format": FORMAT, "versions": [each.plain() for each in versions]}, indent=1))
                fresh.replace(self._path)
            except OSError as error:
                return f"Not done: {error.strerror}."
            self._stamp = _stamp(self._path)
        self._take(versions)
        return f"In force since version {number} of the alarms." if self._path else "In force until this dashboard ends."

    def _read(self, path: Path) -> None:
        """Take the file if it is another one than before; one that cannot be used is set aside."""
        stamp = _stamp(path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        if not stamp:
            return
        try:
            with path.open() as file:
                versions = versions_in(json.loads(file.read(LARGEST)))
            self._take(versions)
        except (OSError, ValueError, ConfigError) as error:
            self.trouble = set_aside(path, str(error))

    def _take(self, versions: Sequence[AlarmVersion]) -> None:
        """Have these hold.

        Raises
        ------
        ConfigError
            If an alarm of theirs is none.
        """
        edits = versions[-1].edits if versions else {}
        # An alarm that is neither in the settings any more nor whole by itself is one of former settings.
        names = [*self._given, *(name for name in edits if name not in self._given and _is_whole(edits[name]))]
        limits = []
        for name in names:
            own = edits.get(name, {})
            last = last_change(versions, name)
            alarm = self._made(name, own)
            limits.append(Limit(alarm, own.get("on", True) is not False, last.author, last.time) if last else Limit(alarm))
        self._versions, self._limits = tuple(versions), tuple(limits)


def _is_whole(edits: Mapping[str, Any]) -> bool:
    return any(edits.get(key) for key in ("value", "service", "absent"))


def _check_name(name: str) -> None:
    """A name of letters that can be shown."""
    if not name.strip() or name != name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise ConfigError(f"an alarm has a name of at most {LONGEST_NAME} letters")


def _check(alarm: Alarm, names: Iterable[str]) -> None:
    """What the settings cannot know: fields of the run, and numbers that make no sense together."""
    text, known = alarm.value or alarm.absent, tuple(names)
    if len(text) > LONGEST_TEXT:
        raise ConfigError(f"an expression has at most {LONGEST_TEXT} letters")
    for number in (alarm.above, alarm.below, alarm.back, alarm.seconds):
        if number is not None and not math.isfinite(number):
            raise ConfigError("a limit is a finite number")
    if alarm.back is not None:
        if alarm.above is not None and alarm.back > alarm.above:
            raise ConfigError(f"the way back ({alarm.back:g}) must not be above the limit ({alarm.above:g})")
        if alarm.below is not None and alarm.back < alarm.below:
            raise ConfigError(f"the way back ({alarm.back:g}) must not be below the limit ({alarm.below:g})")
    if text and known:
        Expression(text, known)


def _what(before: Limit | None, alarm: Alarm, on: bool) -> str:
    """What differs, in words."""
    if before is None:
        return "new"
    old, new = before.alarm.model_dump(), alarm.model_dump()
    parts = [f"{key} {_said(old[key])} → {_said(new[key])}" for key in new if old[key] != new[key]]
    return ", ".join(parts + ([] if before.on == on else ["on" if on else "off"]))


def _said(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return "none" if value is None or value == "" else str(value)


def _stamp(path: Path) -> tuple[int, ...]:
    """Changes when the file does; empty if there is none."""
    try:
        about = path.stat()
    except OSError:
        return ()
    return about.st_ino, about.st_mtime_ns, about.st_size
