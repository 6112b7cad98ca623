"""EpixM: the switch in bit 15 chooses the pedestal; the scrambled frames of its first version are refused."""

from pathlib import Path

import numpy as np

from monitor.settings import parse
from monitor.xtc2.names import FieldType
from monitor.xtc2.write import Layout, names, shapes_data
from tests.support.xtc2_bytes import at
from tests.support.xtc2_rows import result_of

F = FieldType


def layout(rank: int) -> Layout:
    fields = {"header": (F.UINT8, 2), "raw": (F.UINT16, rank), "trailer": (F.UINT8, 2)}
    return Layout(names_id=0x150, det_type="epixm320", det_name="epixm", version=(0, 1, 0), fields=fields)


def event(raw: np.ndarray) -> bytes:
    marks = np.zeros((4, 48), np.uint8)
    return at(12, 10, shapes_data(layout(raw.ndim), {"header": marks, "raw": raw, "trailer": marks}))


def test_the_switch_chooses_the_pedestal(tmp_path: Path) -> None:
    raw = np.full((4, 192, 384), 20000, np.uint16)
    raw[3, 191, 383] = 1 << 15 | 5000
    planes = np.ones((3, 4, 192, 384), np.float32) * np.array([19990, 4000, 0], np.float32)[:, None, None, None]
    np.savez(tmp_path / "constants.npz", pedestals=planes, pixel_gain=np.ones_like(planes))
    feature = {"kind": "ROIFunc", "name": "full"}
    detector = {"name": "epixm", "constants": str(tmp_path / "constants.npz"), "feature": [feature]}
    settings = parse({"detector": [detector]})
    result = result_of(tmp_path, at(2, 1, names(layout(3))), event(raw), settings=settings)
    assert result.rows.columns["epixm/full_sum"].values.tolist() == [10.0 * (4 * 192 * 384 - 1) + 1000.0]


def test_scrambled_frames_are_told(tmp_path: Path) -> None:
    result = result_of(tmp_path, at(2, 1, names(layout(2))), event(np.zeros((384, 192), np.uint16)))
    assert "epixm/full_sum" not in result.rows.columns
    assert [text for text in result.trouble if "384 x 192" in text]
