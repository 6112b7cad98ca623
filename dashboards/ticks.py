"""Some of a list of texts, each with a box to tick.

Bokeh's own MultiChoice writes what it offers into the page as markup, so that a field's name or an address could run a script.
"""

from collections.abc import Callable, Sequence

from bokeh.layouts import column
from bokeh.models import CheckboxGroup, Div

from dashboards.look import LABEL, widget


class Ticks:
    """A titled list of boxes.

    Parameters
    ----------
    title
        Stands above the boxes.
    changed
        Called with what is ticked after a person ticked something.
    most
        No more than so many can be ticked; a further tick is taken back.
    """

    def __init__(self, title: str, changed: Callable[[tuple[str, ...]], None], most: int) -> None:
        self._changed, self._most = changed, most
        self._offered: list[str] = []
        self.value: tuple[str, ...] = ()
        named = {"role": "group", "aria-label": title}
        self._boxes = widget(CheckboxGroup, html_attributes=named, styles={"max-height": "240px", "overflow-y": "auto"})
        self._boxes.on_change("active", lambda attr, old, new: self._on_ticks())
        self._heading = Div(text=title, stylesheets=[LABEL], sizing_mode="stretch_width", visible=False)
        self.model = column([self._heading, self._boxes], sizing_mode="stretch_width", spacing=2)

    def offer(self, offered: Sequence[str], value: Sequence[str]) -> None:
        """Show these texts, those of ``value`` ticked; what is ticked but not offered is shown too."""
        texts = [*offered, *(text for text in value if text not in offered)]
        self.value = tuple(text for text in texts if text in value)
        if texts != self._offered:
            self._offered = texts
            self._boxes.labels = texts
        self._show()
        self._heading.visible = bool(texts)

    def _show(self) -> None:
        """Tick what is chosen."""
        active = [i for i, text in enumerate(self._offered) if text in self.value]
        if self._boxes.active != active:
            self._boxes.active = active

    def _on_ticks(self) -> None:
        value = tuple(text for i, text in enumerate(self._offered) if i in self._boxes.active)
        if len(value) > self._most:
            self._show()
        elif value != self.value:
            self.value = value
            self._changed(value)
