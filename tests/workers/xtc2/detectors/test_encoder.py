"""Encoders: every version's reading becomes a position."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.xtc2.names import FieldType
from monitor.xtc2.write import Layout, names, shapes_data
from tests.support.xtc2_bytes import at
from tests.support.xtc2_rows import result_of

F = FieldType


def layout(version: tuple[int, int, int], algorithm: str = "raw", **ranks: int) -> Layout:
    types = {"encoderValue": F.UINT32, "scale": F.UINT16, "scaleDenom": F.UINT16}
    fields = {name: (types[name], rank) for name, rank in ranks.items()}
    return Layout(names_id=0x111, det_type="encoder", det_name="mono", algorithm=algorithm, version=version, fields=fields)


def positions(folder: Path, kind: Layout, *readings: dict[str, Any]) -> Any:
    events = [at(12, 10 + i, shapes_data(kind, reading)) for i, reading in enumerate(readings)]
    name = "mono/value" if kind.algorithm == "raw" else f"mono/{kind.algorithm}_value"
    return result_of(folder, at(2, 1, names(kind)), *events).rows.columns[name].filled().tolist()


def test_numbers_are_scaled_and_stand_for_themselves_without_a_denominator(tmp_path: Path) -> None:
    kind = layout((3, 0, 0), encoderValue=0, scale=0, scaleDenom=0)
    readings = [{"encoderValue": 100, "scale": 3, "scaleDenom": denominator} for denominator in (4, 0)]
    assert positions(tmp_path, kind, *readings) == [75.0, 100.0]


def test_of_arrays_the_first_element_counts(tmp_path: Path) -> None:
    kind = layout((2, 0, 0), encoderValue=1, scale=1, scaleDenom=1)
    readings = [{"encoderValue": [100, 7], "scale": [3], "scaleDenom": [denominator]} for denominator in (4, 0)]
    assert positions(tmp_path, kind, *readings) == pytest.approx([75.0, 3e-4])


def test_the_first_version_counts_in_millionths(tmp_path: Path) -> None:
    kind = layout((0, 0, 1), encoderValue=1, scale=1)
    assert positions(tmp_path, kind, {"encoderValue": [2_000_000], "scale": [5]}) == [10.0]


def test_an_empty_array_is_no_reading(tmp_path: Path) -> None:
    kind = layout((2, 0, 0), encoderValue=1, scale=1, scaleDenom=1)
    reading = {"encoderValue": np.zeros(0), "scale": [3], "scaleDenom": [4]}
    assert np.isnan(positions(tmp_path, kind, reading)).all()


def test_interpolated_readings_have_a_position_of_their_own(tmp_path: Path) -> None:
    kind = layout((3, 0, 0), "interpolated", encoderValue=0, scale=0, scaleDenom=0)
    assert positions(tmp_path, kind, {"encoderValue": 8, "scale": 1, "scaleDenom": 2}) == [4.0]
