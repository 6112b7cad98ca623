"""What a plot of scalar fields is, and where the plots are entered."""

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol

from dashboards.snapshot import Snapshot
from dashboards.table import Table
from monitor.plugins import Registry


class Plot(Protocol):
    """Draws one or more scalar fields.

    Attributes
    ----------
    title
        What a person calls this kind of plot.
    needs
        One word per field it draws.
    order
        Place among the plots of the same fields.
    figure
        The Bokeh figure; touched only by its session.
    """

    title: ClassVar[str]
    needs: ClassVar[tuple[str, ...]]
    order: ClassVar[int]
    figure: Any

    def __init__(self, fields: Sequence[str]) -> None: ...

    def update(self, snapshot: Snapshot, rows: Table) -> None:
        """Show these rows of the snapshot."""


PLOTS: Registry[type[Plot]] = Registry("plot")
