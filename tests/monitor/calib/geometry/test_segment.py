"""Sensors: known by name, and each a grid of its pixels without overlap."""

import re

import numpy as np
import pytest

from monitor.calib.geometry.segment import SEGMENTS, segment_for

NAMES = (
    "SENS2X1:V1",
    "EPIX100:V1",
    "EPIX10KA:V1",
    "EPIX10KA:V2",
    "JUNGFRAU:V1",
    "JUNGFRAU:V2",
    "PNCCD:V1",
    "MTRX:4:5:10:20",
    "MTRX:V2:4:5:44.271:44.271",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_sensor_is_as_large_as_its_pixels_and_the_gaps_between_chips(name: str) -> None:
    sensor = segment_for(name)
    assert sensor is not None
    assert sensor.name == name
    for axis in (sensor.rows, sensor.columns):
        extent = np.ptp(axis.positions) + (axis.sizes[0] + axis.sizes[-1]) / 2
        gaps = 150.0 * len(axis.borders) if name.startswith("JUNGFRAU") else 0.0
        assert extent == pytest.approx(axis.sizes.sum() + gaps)
        assert axis.chips == (0, *axis.borders)
        assert max(axis.chips) + 1 < len(axis.positions)


def test_wide_pixels_of_a_cspad_may_have_their_centre_in_their_middle() -> None:
    sensor = segment_for("SENS2X1:V1")
    assert sensor is not None
    assert sensor.coordinates()[0][0, 193:195].tolist() == pytest.approx([-219.84, 219.84])
    assert sensor.coordinates(wide_centres=True)[0][0, 192:196].tolist() == pytest.approx([-329.76, -137.4, 137.4, 329.76])


def test_every_kind_is_known_to_these_tests() -> None:
    kinds = [kind for _, kind in SEGMENTS.items()]
    assert all(any(re.fullmatch(kind.pattern, name) for name in NAMES) for kind in kinds)
    assert all(sum(bool(re.fullmatch(kind.pattern, name)) for kind in kinds) == 1 for name in NAMES)


@pytest.mark.parametrize("name", ["", "IP", "CSPAD:V1", "sens2x1:v1", "MTRX", "MTRX:2:3:50", "MTRX:2:3:-5:5", "MTRX:V3:2:3:5:5"])
def test_other_names_are_no_sensors(name: str) -> None:
    assert segment_for(name) is None


@pytest.mark.parametrize("name", NAMES)
def test_each_coordinate_depends_on_one_axis_alone(name: str) -> None:
    sensor = segment_for(name)
    assert sensor is not None
    x, y = sensor.coordinates()
    by_row, by_column = (y, x) if sensor.x_along == "columns" else (x, y)
    assert (by_row == by_row[:, :1]).all()
    assert (by_column == by_column[:1]).all()
    assert len(np.unique(by_row)) == sensor.shape[0]
    assert len(np.unique(by_column)) == sensor.shape[1]
