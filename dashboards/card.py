"""One plot on a page with its buttons: made anew when the choice changes, updated as often as it may cost."""

import time
from collections.abc import Callable
from typing import Any

from bokeh.layouts import column, row
from bokeh.models import Button, Div, InlineStyleSheet

from dashboards.anew import cut_text
from dashboards.look import ACCENT, LINE, OTHER, QUIET, WIDGETS
from dashboards.plots.choice import PlotChoice
from dashboards.plots.plot import PLOTS, Offer, Plot
from dashboards.reduce.window import WINDOWS, rows_in
from dashboards.snapshot import Snapshot
from monitor.errors import ConfigError

HEIGHT = 250
SHARE_OF_A_CORE = 0.05
"""What one plot in one browser may take of a core; a plot that costs more is drawn less often."""
SMOOTHING = 8
"""Pictures whose mean cost is what counts: a single slow one must not leave out the next turn."""

SMALL = """
    .bk-btn { padding: 1px 8px; font-size: 12px; line-height: 1.6; }
    """
FRAME = ":host {{ border: 1px solid {colour}; border-radius: 6px; padding: 4px 6px; }}"

Press = Callable[[str], None]
"""Told which button of the card was pressed: ``edit``, ``earlier``, ``later`` or ``remove``."""


class Card:
    """A plot, its buttons, and a line that says what it stands on.

    Parameters
    ----------
    choice
        What to show.
    press
        Called when a button is pressed.
    offer
        Takes further plots that the plot offers.

    Attributes
    ----------
    since
        From where on events count in what is drawn, if means began anew within them; else empty.
    """

    def __init__(self, choice: PlotChoice, press: Press, offer: Offer) -> None:
        self._press, self._offer = press, offer
        self._frame = InlineStyleSheet(css=FRAME.format(colour=LINE))
        styles = {"color": QUIET, "font-size": "12px"}
        self._said = Div(text="", styles=styles, sizing_mode="stretch_width", disable_math=True)
        self._told = ("", True)
        buttons = [self._button(*each) for each in (("Edit", "edit"), ("◀", "earlier"), ("▶", "later"), ("Remove", "remove"))]
        self._head = row([self._said, *buttons], sizing_mode="stretch_width")
        self.model = column([self._head], sizing_mode="stretch_width", stylesheets=[self._frame])
        self._drawn, self._due, self._usable = -1, 0.0, True
        self._cost: float | None = None
        self.since = ""
        self._make(choice)

    @property
    def wide(self) -> bool:
        """Whether it takes a whole row of the page."""
        return self.choice.kind == "matrix"

    def choose(self, choice: PlotChoice) -> None:
        """Show something else."""
        if choice != self.choice:
            self._make(choice)

    def mark(self, chosen: bool) -> None:
        """Show whether this is the one that is being edited."""
        self._frame.css = FRAME.format(colour=ACCENT if chosen else LINE)

    def update(self, snapshot: Snapshot) -> bool:
        """Draw what is new, unless that has cost enough for now; False = it has to be asked again."""
        if snapshot.version == self._drawn:
            return True
        if time.monotonic() < self._due:
            return False
        # Processor time: what others take of a busy machine must not make this plot slower still.
        began = time.thread_time()
        rows = rows_in(snapshot.rows, self.choice.window)
        self.since = "" if self.plot.past else cut_text(snapshot, rows)
        try:
            said, self._usable = self.plot.update(snapshot, snapshot.counted(rows) if self.since else rows), True
        except ConfigError as error:
            said, self._usable = str(error), False
        window = WINDOWS.get(self.choice.window, self.choice.window)
        where = f" where {self.choice.where}" if self.choice.where.strip() else ""
        self._tell(f"{said} · {', '.join(filter(None, (window, self.since)))}{where}" if self._usable else said)
        self._drawn = snapshot.version
        cost = time.thread_time() - began
        self._cost = cost if self._cost is None else self._cost + (cost - self._cost) / SMOOTHING
        self._due = time.monotonic() + self._cost / SHARE_OF_A_CORE
        return True

    def _make(self, choice: PlotChoice) -> None:
        self.choice = choice
        kinds = dict(PLOTS.items())
        self.plot: Plot = kinds.get(choice.kind, kinds["strip"])(choice, HEIGHT, self._offer)
        self._drawn, self._due, self._cost, self._usable = -1, 0.0, None, True
        self.model.children = [self._head, self.plot.figure]

    def _tell(self, text: str) -> None:
        """Plain text: what a person wrote is never markup."""
        if (text, self._usable) == self._told:
            return
        self._told = (text, self._usable)
        self._said.styles = {"color": QUIET if self._usable else OTHER, "font-size": "12px"}
        self._said.text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def _button(self, label: str, what: str) -> Any:
        made = Button(label=label, name=what, stylesheets=[WIDGETS, SMALL], width_policy="min", align="start")
        made.on_click(lambda: self._press(what))
        return made
