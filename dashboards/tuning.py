"""Changing any setting from a page: which one, its value, and features switched on and off."""

from collections.abc import Mapping
from typing import Any

from bokeh.models import Select

from dashboards.change import Change
from dashboards.look import widget
from dashboards.pages.page import Cell, View
from dashboards.reduce.setting_paths import ENABLED, feature_switches, setting_paths, text_of, value_of
from dashboards.settings_in_force import settings_in_force
from dashboards.snapshot import Snapshot
from monitor.errors import ConfigError
from monitor.settings import parse

NO_FEATURE = [("", "none")]


class Tuning:
    """What one person is about to change on one page; the service checks it as a whole, and refuses it with a sentence.

    Parameters
    ----------
    view
        Of the page's session. Its acts get ``setting-path`` and ``setting-value`` (what is written), ``setting`` (put it in
        force) and ``feature`` (switch the chosen one).

    Attributes
    ----------
    feature
        The widget that chooses a feature.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._change = Change(view)
        self._paths: dict[str, Any] = {}
        self._seen: object = None
        self._path, self._value = "", ""
        self.feature = widget(Select, title="Feature", options=NO_FEATURE, value="")
        self.feature.on_change("value", lambda attr, old, new: view.redraw())
        view.acts["setting-path"] = self._choose
        view.acts["setting-value"] = self._write
        view.acts["setting"] = lambda value: self._put_in_force()
        view.acts["feature"] = lambda value: self._switch()

    def update(self, snapshot: Snapshot) -> dict[str, str]:
        """Learn what can be changed now; texts by element."""
        if self._seen is not snapshot.pipeline:
            self._seen = snapshot.pipeline
            self._paths = setting_paths(_whole(settings_in_force(snapshot, self._view.settings)))
        switches = feature_switches(self._paths)
        options = [(path, f"{path.removeprefix('detector.')}{'' if on else ' (off)'}") for path, on in switches.items()]
        if self.feature.options != (options or NO_FEATURE):
            self.feature.options = options or NO_FEATURE
        if self.feature.value not in switches:
            self.feature.value = next(iter(switches), "")
        on = switches.get(self.feature.value)
        return {
            "setting-path": self._path,
            "setting-value": self._value,
            "setting-now": self._now(),
            "setting-state": self._change.text(snapshot),
            "feature-switch": "" if on is None else "Switch off" if on else "Switch on",
        }

    @property
    def names(self) -> list[list[Cell]]:
        """The paths to offer, as rows of one cell."""
        return [[path] for path in self._paths]

    def _now(self) -> str:
        if not self._path:
            return "Write a part of its name: it is offered as the settings in force call it."
        if self._path not in self._paths:
            return f"{self._path} is not given now; if there is such a parameter, its default holds."
        return f"{self._path} is {text_of(self._paths[self._path]) or 'not given'} now."

    def _choose(self, path: str) -> None:
        """Another setting: begin with its present value."""
        self._path = path.strip()
        self._value = text_of(self._paths.get(self._path))
        self._view.redraw()

    def _write(self, value: str) -> None:
        self._value = value
        self._view.redraw()

    def _put_in_force(self) -> None:
        if not self._path:
            self._change.complain("Choose a setting first.")
            return
        self._change.ask([{"path": self._path, "value": value_of(self._value)}])

    def _switch(self) -> None:
        path = self.feature.value
        on = feature_switches(self._paths).get(path)
        if on is not None:
            self._change.ask([{"path": f"{path}.{ENABLED}", "value": not on}])


def _whole(plain: Mapping[str, Any]) -> Mapping[str, Any]:
    """The settings with their defaults, which a service leaves out; as they are if this version does not understand them."""
    try:
        return parse(dict(plain)).model_dump(mode="json")
    except ConfigError:
        return plain
