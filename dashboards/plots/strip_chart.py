"""The strip chart of one field, for pages that show a field of their own choice."""

from collections.abc import Sequence

from dashboards.plots.choice import PlotChoice
from dashboards.plots.strip import StripPlot
from dashboards.snapshot import Snapshot
from dashboards.table import Table


class StripChart:
    """One field against the event number: mean, with the band from smallest to largest value."""

    def __init__(self, fields: Sequence[str], height: int = 220) -> None:
        (self.field,) = fields
        self._plot = StripPlot(PlotChoice(y=(self.field,)), height, lambda choice: None)
        self.figure = self._plot.figure

    def update(self, snapshot: Snapshot, rows: Table) -> str:
        """Show these rows; nothing as long as the run does not have the field."""
        return self._plot.update(snapshot, rows) if self.field in snapshot.fields else "no such field yet"
