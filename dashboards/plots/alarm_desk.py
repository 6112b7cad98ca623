"""The table of all alarms, and a form for the limits of one of them."""

from collections.abc import Mapping
from typing import Any

from bokeh.layouts import column, row
from bokeh.models import Select, Spinner, TextInput

from dashboards.alarms.book import LONGEST_NAME, LONGEST_TEXT, Limit
from dashboards.alarms.history import limit_text
from dashboards.look import widget
from dashboards.pages.page import View
from dashboards.snapshot import Snapshot
from dashboards.texts import clock
from monitor.settings import Alarm

NEW = ""
EXPRESSION, ABSENT = "value", "absent"
SERVICES = ("rate", "lost", "late", "damaged", "quarantined", "lag", "latency")
JUDGED = {EXPRESSION: "an expression", ABSENT: "that a field is absent", **{name: f"service: {name}" for name in SERVICES}}
SIDES = {"above": "above", "below": "below"}
STATES = {"on": "on", "off": "off"}
SEVERITIES = {"alarm": "alarm", "warning": "warning"}


class AlarmDesk:
    """Limits in one browser; what is put in force holds for all of them.

    Parameters
    ----------
    view
        Of the page's session.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._said = ""
        self._limits: tuple[Limit, ...] = ()
        self._alarm = _select("Alarm", {NEW: "a new one"})
        self._name = widget(TextInput, title="Its name", value="", max_length=LONGEST_NAME)
        self._judged, self._side = _select("Judges", JUDGED), _select("Raised", SIDES)
        self._text = widget(TextInput, title="Expression or field", value="", max_length=LONGEST_TEXT)
        self._limit, self._back = (widget(Spinner, title=title, value=None) for title in ("Limit", "Way back"))
        self._seconds = widget(Spinner, title="For seconds", value=0, low=0)
        self._events = widget(Spinner, title="For values", value=1, low=1)
        self._average = widget(Spinner, title="Mean of values", value=1, low=1, high=100_000)
        self._on, self._severity = _select("State", STATES), _select("Severity", SEVERITIES)
        self._alarm.on_change("value", lambda attr, old, new: self._fill())
        view.acts["alarm-limit"] = lambda value: self._put_in_force()
        view.acts["alarm-undo"] = lambda value: self._undo()
        lines = [
            [self._alarm, self._name, self._on, self._severity],
            [self._judged, self._text],
            [self._side, self._limit, self._back],
            [self._seconds, self._events, self._average],
        ]
        self.root = column([row(line, sizing_mode="stretch_width") for line in lines], sizing_mode="stretch_width")

    def update(self, snapshot: Snapshot) -> tuple[dict[str, str], dict[str, list[list[str]]]]:
        """Bring the table up to date; texts and tables of the page."""
        told = snapshot.alarms
        if told.limits != self._limits:
            self._learn(told.limits)
        raised = {each.name for each in told.raised if not each.over}
        wrong = dict(told.wrong)
        lines = [_line(limit, limit.alarm.name in raised, wrong.get(limit.alarm.name, "")) for limit in told.limits]
        nothing = "no alarms are set up; make one here, or in the settings"
        return {"alarm-said": self._said or told.trouble}, {"alarm-limits": lines or [[nothing]]}

    def _learn(self, limits: tuple[Limit, ...]) -> None:
        """Other limits hold: the form of an alarm that somebody changed shows the new ones."""
        before = self._chosen()
        self._limits = limits
        names = [limit.alarm.name for limit in limits]
        first = not self._alarm.value and len(self._alarm.options) == 1
        self._alarm.options = [*((name, name) for name in names), (NEW, "a new one")]
        if first and names:
            self._alarm.value = names[0]
        if self._chosen() != before:
            self._fill()

    def _chosen(self) -> Limit | None:
        return next((limit for limit in self._limits if limit.alarm.name == self._alarm.value), None)

    def _fill(self) -> None:
        """Show the limits of the chosen alarm."""
        chosen = self._chosen()
        if chosen is None:
            self._name.disabled, self._name.value = False, ""
            return
        alarm = chosen.alarm
        self._name.disabled, self._name.value = True, alarm.name
        self._on.value, self._severity.value = "on" if chosen.on else "off", alarm.severity
        self._judged.value = alarm.service or (ABSENT if alarm.absent else EXPRESSION)
        self._text.value = alarm.value or alarm.absent
        self._side.value = "below" if alarm.below is not None else "above"
        self._limit.value = alarm.below if alarm.below is not None else alarm.above
        self._back.value, self._seconds.value = alarm.back, alarm.seconds
        self._events.value, self._average.value = alarm.events, alarm.average

    def _put_in_force(self) -> None:
        """Ask for what the form says."""
        judged, text = self._judged.value, str(self._text.value).strip()
        limit = None if judged == ABSENT else self._limit.value
        fields: Mapping[str, Any] = {
            "value": text if judged == EXPRESSION else "",
            "absent": text if judged == ABSENT else "",
            "service": judged if judged in SERVICES else "",
            "above": limit if self._side.value == "above" else None,
            "below": limit if self._side.value == "below" else None,
            "back": None if judged == ABSENT else self._back.value,
            "seconds": self._seconds.value or 0,
            "events": self._events.value or 1,
            "average": self._average.value or 1,
            "severity": self._severity.value,
            "on": self._on.value == "on",
        }
        name = self._alarm.value or str(self._name.value).strip()
        self._said = self._view.change_alarm(name, fields)
        self._view.redraw()

    def _undo(self) -> None:
        self._said = self._view.undo_alarm()
        self._view.redraw()


def _line(limit: Limit, raised: bool, wrong: str) -> list[str]:
    """One row of the table."""
    alarm = limit.alarm
    state = "raised" if raised else ("on" if limit.on else "off")
    by = f"{limit.author or '–'}, {clock(limit.time)} UTC" if limit.time == limit.time else "settings"
    back = f"{alarm.back:g}" if alarm.back is not None else "the same"
    said = f"{limit_text(alarm)} ({wrong})" if wrong else limit_text(alarm)
    return [alarm.name, alarm.severity, said, back if not alarm.absent else "–", _patience(alarm), state, by]


def _patience(alarm: Alarm) -> str:
    """For how long a value has to be bad."""
    mean = f", means of {alarm.average}" if alarm.average > 1 else ""
    parts = [f"{alarm.seconds:g} s"] if alarm.seconds else []
    parts += [f"{alarm.events} values"] if alarm.events > 1 else []
    return (" and ".join(parts) or "at once") + mean


def _select(title: str, options: Mapping[str, str]) -> Any:
    return widget(Select, title=title, value=next(iter(options)), options=list(options.items()))
