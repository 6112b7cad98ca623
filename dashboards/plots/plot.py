"""What a plot of scalar fields is, and where the plots are entered."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from dashboards.plots.choice import PlotChoice
from dashboards.snapshot import Snapshot
from dashboards.table import Table
from monitor.plugins import Registry

Numbers = Mapping[str, Mapping[str, NDArray[np.generic]]]
"""What a plot shows: name of a curve to its columns, all of one curve equally long."""

Offer = Callable[[PlotChoice], None]
"""Takes a further plot that a person asked for with the mouse."""


class Plot(Protocol):
    """Draws expressions over scalar fields.

    Attributes
    ----------
    title
        What a person calls this kind of plot.
    order
        Place among the kinds.
    asks
        Attributes of ``PlotChoice`` that it heeds, besides ``kind``, ``where`` and ``window``.
    past
        Its axis runs along events or time: it goes on showing those from before means began anew.
    modes
        Its variants and what people call them; the first is the default.
    figure
        The Bokeh model; touched only by its session.
    """

    title: ClassVar[str]
    order: ClassVar[int]
    asks: ClassVar[frozenset[str]]
    past: ClassVar[bool]
    modes: ClassVar[Mapping[str, str]]
    figure: Any

    def __init__(self, choice: PlotChoice, height: int, offer: Offer) -> None: ...

    def update(self, snapshot: Snapshot, rows: Table) -> str:
        """Show these rows of the snapshot; returns what share of them it stands on, in words.

        Raises
        ------
        ConfigError
            If an expression cannot be understood, or names a field that the run does not have.
        """

    def numbers(self) -> Numbers:
        """Exactly what is drawn now."""


PLOTS: Registry[type[Plot]] = Registry("plot")
