"""Any number of plots of any scalars of the run, chosen, arranged and kept in the page's address."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from bokeh.layouts import column, row
from bokeh.models import Button, Select

from dashboards.anew import Anew
from dashboards.card import Card
from dashboards.download import Download
from dashboards.editor import Editor
from dashboards.kept import KEPT
from dashboards.look import widget
from dashboards.pages.page import PAGES, Making, Shown, View, lack
from dashboards.plots.choice import MOST_CURVES, MOST_PLOTS, PlotChoice, from_text, to_text
from dashboards.plots.plot import PLOTS
from dashboards.reduce.age import row_age
from dashboards.reduce.choice import vital_signs
from dashboards.reduce.window import USUAL, is_window
from dashboards.saved import about, file_name
from dashboards.saver import made
from dashboards.snapshot import Snapshot
from dashboards.texts import count, number
from monitor.plugins import load_folder

BESIDE = 2
"""Plots in one row of the page."""

MOST_NEWEST = 24


class Scalars:
    """Plots side by side, and an editor for one of them."""

    title: ClassVar[str] = "Scalars"
    order: ClassVar[int] = 2
    topics: ClassVar[tuple[str, ...]] = ()
    period_ms: ClassVar[int] = 40
    """Strip charts follow 20 times a second; a clock of exactly 50 ms would stay a little below."""

    def __init__(self, view: View) -> None:
        self._view = view
        load_folder("dashboards.plots")
        given = asked_plots(view.arguments)
        self._chosen = bool(given)
        self._cards: list[Card] = []
        self._edited: Card | None = None
        self._editor = Editor(self._on_edit)
        self._anew = Anew(view)
        self._place = column([], sizing_mode="stretch_width", spacing=10)
        self._arranged: list[tuple[Card, bool]] = []
        kinds = [(name, kind.title) for name, kind in sorted(PLOTS.items(), key=lambda entry: entry[1].order)]
        self._kind = widget(Select, title="Add a plot", options=kinds, value=kinds[0][0])
        buttons = row([self._button(*each) for each in (("Add", self._on_add), ("Copy", self._on_copy))])
        keep = row(
            [self._button(*each) for each in (("Keep as reference", self._on_keep), ("Forget reference", self._on_forget))]
        )
        save = row([self._button("Save CSV", lambda: self._save("csv")), self._button("Save HDF5", lambda: self._save("h5"))])
        self._download = Download(self._place)
        self.roots: Mapping[str, Any] = {
            "add": column([self._kind, buttons], sizing_mode="stretch_width"),
            "editor": self._editor.model,
            "keep": column([keep, save], sizing_mode="stretch_width"),
            "plots": self._place,
        }
        for choice in given:
            self._append(choice)

    def update(self, snapshot: Snapshot) -> Shown:
        """Bring the plots up to date."""
        self._learn(snapshot)
        self._offer_files()
        drawn = [card.update(snapshot) for card in self._cards]
        if not all(drawn):
            self._view.redraw()
        address = {"plots": to_text([card.choice for card in self._cards])} if self._chosen else {}
        none = "" if self._cards else lack(snapshot, "No plot is chosen, or this run has no scalars. Add a plot on the left.")
        texts = {"nothing": none, "shown-events": count(len(snapshot.run_rows())), "edited": self._edited_title()}
        texts |= {"references-state": " ".join(KEPT.trouble), **self._anew.texts(snapshot)}
        return Shown(texts, {"newest": self._newest(snapshot)}, address, ages={"scalars-age": row_age(snapshot)})

    def _learn(self, snapshot: Snapshot) -> None:
        """Offer what the run has; show what tells most as long as nobody chose."""
        self._editor.learn(list(snapshot.fields))
        signs = vital_signs(snapshot.fields)
        if not self._cards and not self._chosen and signs:
            for name in signs:
                self._append(PlotChoice(y=(name,)))
            self._append(PlotChoice(kind="histogram", y=(signs[-1],)))
            if len(signs) > 1:
                self._append(PlotChoice(kind="scatter", x=signs[-2], y=(signs[-1],)))

    def _newest(self, snapshot: Snapshot) -> list[list[str]]:
        """Fields of the plots, with their value in the newest event."""
        last = snapshot.rows.last(1)
        names = dict.fromkeys(name for card in self._cards for name in (*card.choice.y, card.choice.x) if name in snapshot.fields)
        values = [(name, last.column(name)) for name in list(names)[:MOST_NEWEST]]
        return [
            [name, f"{number(float(value[0]))} {snapshot.unit(name)}".rstrip() if len(value) else "–"] for name, value in values
        ]

    def _append(self, choice: PlotChoice) -> None:
        """One more plot, which becomes the edited one if there was none."""
        if len(self._cards) >= MOST_PLOTS:
            return
        card: Card = Card(choice, lambda what: self._on_press(card, what), self._on_offer)
        self._cards.append(card)
        if self._edited is None:
            self._edit(card)
        self._arrange()

    def _arrange(self) -> None:
        """Put the cards side by side."""
        now = [(card, card.wide) for card in self._cards]
        if now == self._arranged:
            return
        self._arranged = now
        rows: list[list[Card]] = []
        for card in self._cards:
            room = rows and not card.wide and not rows[-1][0].wide and len(rows[-1]) < BESIDE
            if room:
                rows[-1].append(card)
            else:
                rows.append([card])
        self._place.children = [row([card.model for card in line], sizing_mode="stretch_width", spacing=10) for line in rows]

    def _edit(self, card: Card | None) -> None:
        """Have the editor show a card."""
        self._edited = card
        for each in self._cards:
            each.mark(each is card)
        self._editor.show(card.choice if card else PlotChoice())

    def _edited_title(self) -> str:
        """Which plot the editor shows."""
        if self._edited is None:
            return "No plot is chosen"
        return f"Plot {self._cards.index(self._edited) + 1} of {len(self._cards)}"

    def _on_edit(self, choice: PlotChoice) -> None:
        """The editor changed its plot."""
        self._chosen = True
        if self._edited is None:
            self._append(choice)
        else:
            self._edited.choose(choice)
        self._editor.show(choice)
        self._arrange()
        self._view.redraw()

    def _on_press(self, card: Card, what: str) -> None:
        """A button of a card."""
        self._chosen = True
        place = self._cards.index(card)
        if what == "edit":
            self._edit(card)
        elif what == "remove":
            self._cards.remove(card)
            if card is self._edited:
                self._edit(self._cards[min(place, len(self._cards) - 1)] if self._cards else None)
        else:
            to = max(0, min(len(self._cards) - 1, place + (1 if what == "later" else -1)))
            self._cards.insert(to, self._cards.pop(place))
        self._arrange()
        self._view.redraw()

    def _on_add(self) -> None:
        """A new plot of the fields of the edited one."""
        choice = self._edited.choice if self._edited else PlotChoice()
        fields = choice.y if choice.y else tuple(vital_signs(self._view.snapshot().fields)[:1])
        self._on_offer(PlotChoice(kind=self._kind.value, y=fields, x=choice.x, where=choice.where, window=choice.window))

    def _on_copy(self) -> None:
        if self._edited is not None:
            self._on_offer(self._edited.choice)

    def _on_offer(self, choice: PlotChoice) -> None:
        """Show a further plot, and edit it."""
        self._chosen = True
        before = len(self._cards)
        self._append(choice)
        if len(self._cards) > before:
            self._edit(self._cards[-1])
        self._view.redraw()

    def _on_keep(self) -> None:
        """The present curves become the grey reference of the plot."""
        if self._edited is not None and "reference" in self._edited.plot.asks:
            experiment = str(self._view.snapshot().run.get("experiment", ""))
            self._on_edit(replace(self._edited.choice, reference=KEPT.keep(self._edited.plot.numbers(), experiment)))

    def _on_forget(self) -> None:
        if self._edited is not None:
            self._on_edit(replace(self._edited.choice, reference=""))

    def _save(self, ending: str) -> None:
        """Give the browser the numbers of the edited plot."""
        if self._edited is not None:
            self._download.give(*self._file(self._edited, ending)())

    def _file(self, card: Card, ending: str) -> Making:
        """The numbers of a card's plot as a file."""
        choice, snapshot = card.choice, self._view.snapshot()
        said = about(
            snapshot,
            plot=choice.kind,
            window=choice.window,
            where=choice.where,
            x=choice.x,
            y=", ".join(choice.y),
            events=card.since,
        )
        return made(card.plot.numbers(), said, file_name(snapshot, choice.kind, ending))

    def _offer_files(self) -> None:
        """The buttons above a plot save what the plot says, not only what it draws."""
        for card in self._cards:
            self._view.files.setdefault(card.plot.figure.id, partial(self._file, card))

    def _button(self, label: str, act: Any) -> Any:
        made = widget(Button, label=label, button_type="default")
        made.on_click(act)
        return made


PAGES.add("scalars", Scalars)


def asked_plots(arguments: Mapping[str, str]) -> list[PlotChoice]:
    """Plots of an address: all that was chosen (``plots``), or the short form that other pages and people write.

    The short form is ``fields=a~b`` (a strip chart and a histogram of each), ``x`` and ``y`` (one against the other), ``window``.
    """
    if "plots" in arguments:
        return from_text(arguments["plots"])
    window = arguments.get("window", USUAL)
    window = window if is_window(window) else {"0": "run"}.get(window, USUAL)
    fields = [name for name in arguments.get("fields", "").split("~") if name][:MOST_CURVES]
    found = [PlotChoice(kind=kind, y=(name,), window=window) for name in fields for kind in ("strip", "histogram")]
    x, y = arguments.get("x", ""), arguments.get("y", "")
    return [*found, PlotChoice(kind="scatter", x=x, y=(y,), window=window)] if x and y else found
