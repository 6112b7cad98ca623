"""Nonzero pixels, droplets or photons as lists in the file (small-data ``sparsifyFunc``).

Lists of any length by default. With ``nData`` above 0 they have that length, and ``length`` says how many there really were.
"""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Parameter

from monitor.model.field import Field
from monitor.settings import Section
from workers.features.data import Context, Data, Output, PixelList, Ragged, Values
from workers.features.feature import FEATURES, FeatureKind, ragged_name
from workers.features.sparse import COLUMNS, listed, warm
from workers.features.view import View


class Parameters(Section):
    """Names and defaults as in smalldata_tools."""

    nData: int | None = Parameter(None, ge=0)  # noqa: N815
    """Entries that every event gets: longer lists are cut, shorter ones filled up with 0; left out or 0: as many as there are."""
    saveInt: bool = True  # noqa: N815
    """Positions of pixels are whole numbers; else float64. Droplets and photons keep their fractions either way."""
    saveIntADU: bool = False  # noqa: N815
    """Values are cut to whole numbers; lists of a given length only."""


class Sparsify:
    """Columns ``data``, ``row``, ``col``, ``tile``, and what else its parent's lists have. See ``Parameters``."""

    config: ClassVar[dict[str, Any]] = {}

    def __init__(self, name: str, parameters: Parameters, view: View) -> None:
        self._shape, self._length = view.shape, parameters.nData or 0
        columns = view.lists or COLUMNS
        whole = np.dtype(np.int64 if parameters.saveInt and not view.lists else np.float64)
        value = np.dtype(np.float64) if view.lists or view.dtype.kind != "f" else view.dtype
        if parameters.saveIntADU and self._length:
            value = np.dtype(np.int64)
        fields = []
        for column in columns:
            unit = {"data": view.unit, "row": "pixel", "col": "pixel", "tile": "1"}.get(column, "")
            full = f"{name}_{column}" if self._length else ragged_name(name, column)
            shape = (self._length,) if self._length else ()
            dtype = value if column == "data" else whole
            fields.append(Field(name=full, dtype=dtype, shape=shape, unit=unit, ragged=not self._length))
        self._fields = dict(zip(columns, fields, strict=True))
        self._true = Field(
            name=f"{name}_length", dtype=np.dtype(np.int64), unit="1", description="entries before the list was cut"
        )
        self.gives = (*fields, self._true) if self._length else tuple(fields)
        self.view = view if view.lists else view.of_lists(*COLUMNS)

    def process(self, data: Data, context: Context) -> Output:
        """Lists of each event; children get them whole."""
        lists = data if isinstance(data, PixelList) else listed(data, self._shape)
        values: dict[str, Values] = {}
        for column, field in self._fields.items():
            entries = lists.columns[column].astype(field.dtype, copy=False)
            values[field.name] = self._cut(entries, lists) if self._length else Ragged(entries, lists.lengths)
        if self._length:
            values[self._true.name] = lists.lengths
        return Output(values, lists)

    def _cut(self, entries: NDArray[Any], lists: PixelList) -> NDArray[Any]:
        """Entries of each event in rows of the given length."""
        place = np.arange(self._length)
        there = place < lists.lengths[:, None]
        rows = np.zeros(there.shape, entries.dtype)
        rows[there] = entries[(lists.stops[:-1, None] + place)[there]]
        return rows


FEATURES.add(
    "sparsifyFunc",
    FeatureKind(
        parameters=Parameters,
        named=lambda parameters: "sparse",
        make=Sparsify,
        takes="both",
        results={
            "data": "values",
            "row": "row of each in its panel",
            "col": "column of each in its panel",
            "tile": "panel of each",
            "length": "how many there were (nData above 0)",
        },
        example='kind = "sparsifyFunc"\nnData = 0',
        warm=warm,
    ),
)
