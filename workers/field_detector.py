"""Features on a field of the rows: waveforms, projections and spectra are treated like frames."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.frame_shape import FrameShape
from monitor.settings import Detector
from workers.features.data import Context
from workers.features.tree import Branch, branches, column_of
from workers.features.view import View
from workers.trouble import Trouble


class FieldDetector:
    """A detector of the settings that names a field instead of a source.

    Parameters
    ----------
    settings
        With ``field``, and without anything that needs frames.

    Raises
    ------
    ConfigError
        If it asks for what only frames have.
    """

    def __init__(self, settings: Detector) -> None:
        if settings.source or settings.constants or settings.common_mode is not None:
            raise ConfigError("a detector on a field has no source, constants or common mode", key=f"detector.{settings.name}")
        self.settings = settings
        self._of: Field | None = None
        self.seen: FrameShape | None = None
        self.branches: tuple[Branch, ...] = ()

    @property
    def config(self) -> Mapping[str, NDArray[Any]]:
        """What its values are made with, by path below ``UserDataCfg``."""
        return {path: array for branch in self.branches for path, array in branch.config().items()}

    def columns(self, columns: Mapping[str, Column], count: int, trouble: Trouble) -> list[Column]:
        """Values of all features for the events in which the field has a value; none if there is no such field here."""
        column = columns.get(self.settings.field)
        if column is None:
            return []
        if column.field.ragged or column.field.dtype.kind not in "iufb" or not column.field.shape:
            trouble.note(f"{self.settings.name}: {self.settings.field} is no array of numbers")
            return []
        if self._of != column.field:
            self._of, self.seen = column.field, FrameShape(shape=column.field.shape)
            self.branches = branches(self.settings.feature, self._view(column.field), trouble)
        events = np.flatnonzero(column.mask)
        if not len(events):
            return []
        data = column.values if len(events) == len(column) else column.values[events]
        context = Context(events, columns)
        filled = (part for branch in self.branches for part in branch.run(data, context, trouble))
        return [column_of(part, count) for part in filled]

    def _view(self, field: Field) -> View:
        good = np.ones(field.shape, bool)
        return View(name=self.settings.name, shape=field.shape, unit=field.unit, good=good, dtype=field.dtype)
