"""Masks of sensors: edges, borders of chips, pixels without connection."""

import numpy as np
import pytest

from monitor.calib.geometry.mask import Mask, geometry_mask, segment_mask
from monitor.calib.geometry.segment import Segment, segment_for
from monitor.calib.geometry.text import parse


def sensor(name: str) -> Segment:
    found = segment_for(name)
    assert found is not None
    return found


def test_edges_are_as_wide_as_wanted() -> None:
    mask = segment_mask(sensor("MTRX:5:6:10:10"), Mask.EDGES, width=2)
    assert mask.tolist() == [[0] * 6, [0] * 6, [0, 0, 1, 1, 0, 0], [0] * 6, [0] * 6]


def test_edges_without_width_mask_nothing() -> None:
    assert segment_mask(sensor("MTRX:5:6:10:10"), Mask.EDGES, width=0).all()


@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [
        ("SENS2X1:V1", [], [193, 194]),
        ("EPIX100:V1", [351, 352], [383, 384]),
        ("EPIX10KA:V2", [175, 176], [191, 192]),
        ("JUNGFRAU:V1", [255, 256], [255, 256, 511, 512, 767, 768]),
        ("PNCCD:V1", [], []),
    ],
)
def test_pixels_beside_borders_of_chips(name: str, rows: list[int], columns: list[int]) -> None:
    bad = segment_mask(sensor(name), Mask.CENTRAL) == 0
    assert np.flatnonzero(bad.all(axis=1)).tolist() == rows
    assert np.flatnonzero(bad.all(axis=0)).tolist() == columns
    assert not np.delete(np.delete(bad, rows, 0), columns, 1).any()


def test_neighbours_stay_on_their_chip() -> None:
    mask = segment_mask(sensor("SENS2X1:V1"), Mask.UNBONDED_8 | Mask.UNBONDED)
    assert np.argwhere(mask[:2, 190:198] == 0).tolist() == [[0, 4], [0, 5], [1, 4], [1, 5]]
    assert (mask[9:12, 9:12] == 0).all()


def test_corner_pixels_stay_in_with_four_neighbours_as_in_the_original() -> None:
    mask = segment_mask(sensor("SENS2X1:V1"), Mask.UNBONDED_4)
    assert mask[:2, :2].tolist() == [[1, 0], [0, 1]]
    assert mask[9:12, 9:12].tolist() == [[1, 0, 1], [0, 0, 0], [1, 0, 1]]


def test_a_detector_has_the_masks_of_its_sensors() -> None:
    zeros = "0 0 0 0 0 0 0 0 0"
    geometry = parse(f"A 0 MTRX:3:3:5:5 0 {zeros}\nA 0 MTRX:3:3:5:5 1 {zeros}\nIP 0 A 0 {zeros}\n")
    ring = [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert geometry_mask(geometry, Mask.EDGES).tolist() == [[ring, ring]]
