"""Widgets by which a person chooses what a page shows; what was chosen stands in the page's address."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from bokeh.models import CheckboxButtonGroup, Select, Spinner

from dashboards.look import widget
from dashboards.pages.page import View

SEPARATOR = "~"


class Choices:
    """The choices of one page in one browser.

    Parameters
    ----------
    view
        Of the page's session; a choice redraws the page.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self._widgets: dict[str, Any] = {}
        self._chosen = set(view.arguments)
        self._learned: dict[str, str] = {}

    def select(self, name: str, title: str, options: Mapping[str, str] | None = None) -> Any:
        """One of some texts; without options they are learned. A choice of the address that does not exist becomes the first."""
        given = self._view.arguments.get(name, "")
        if options is not None and given not in options:
            given = next(iter(options))
        offered = list(options.items()) if options is not None else [(given, given or "–")]
        return self._add(name, widget(Select, title=title, value=given, options=offered), "value")

    def number(self, name: str, title: str, otherwise: float | None = None, **options: Any) -> Any:
        """A number; it may be empty."""
        made = widget(Spinner, title=title, value=_number(self._view.arguments.get(name), otherwise), **options)
        return self._add(name, made, "value")

    def several(self, name: str, labels: Mapping[str, str], otherwise: Iterable[str]) -> Any:
        """Any number of a few things."""
        given = self._view.arguments.get(name)
        wanted = set(otherwise if given is None else given.split(SEPARATOR))
        active = [i for i, key in enumerate(labels) if key in wanted]
        made = widget(CheckboxButtonGroup, labels=list(labels.values()), active=active, tags=list(labels))
        return self._add(name, made, "active")

    def learn(self, name: str, options: Mapping[str, str], automatic: str = "") -> None:
        """Offer what the run has; as long as nobody chose, take ``automatic`` where it is offered, else the first."""
        made = self._widgets[name]
        chosen = made.value if name in self._chosen and made.value else ""
        value = chosen or (automatic if automatic in options else next(iter(options), ""))
        offered = list(({chosen: chosen} | dict(options) if chosen and chosen not in options else options).items())
        self._learned[name] = value
        if made.options != offered:
            made.options = offered
        if made.value != value:
            made.value = value

    def put(self, name: str, value: float | str | None) -> None:
        """Choose for the person, who did it with the mouse."""
        self._widgets[name].value = value

    def on(self, name: str) -> set[str]:
        """What is switched on of several."""
        made = self._widgets[name]
        return {made.tags[i] for i in made.active}

    def value(self, name: str) -> str:
        """The text that is chosen."""
        return str(self._widgets[name].value or "")

    def figure_of(self, name: str) -> float | None:
        """The number that is chosen."""
        value = self._widgets[name].value
        return float(value) if value is not None else None

    def address(self) -> dict[str, str]:
        """What somebody chose, for the page's address."""
        texts = {name: self._text(name) for name in self._widgets if name in self._chosen}
        return {name: text for name, text in texts.items() if text}

    def _text(self, name: str) -> str:
        made = self._widgets[name]
        if isinstance(made, CheckboxButtonGroup):
            return SEPARATOR.join(made.tags[i] for i in made.active) or SEPARATOR
        return f"{made.value:.9g}" if isinstance(made.value, int | float) else str(made.value or "")

    def _add(self, name: str, made: Any, changing: str) -> Any:
        self._widgets[name] = made
        made.on_change(changing, lambda attr, old, new: self._on_choice(name))
        return made

    def _on_choice(self, name: str) -> None:
        # What was learned comes back here too, later, because a document holds back its events while it is drawn.
        if self._learned.get(name) != self._widgets[name].value or name in self._chosen:
            self._chosen.add(name)
            self._view.redraw()


def _number(text: str | None, otherwise: float | None) -> float | None:
    """A number from the page's address."""
    try:
        value = float(text) if text is not None else otherwise
    except ValueError:
        return otherwise
    return value if value is None or math.isfinite(value) else otherwise
