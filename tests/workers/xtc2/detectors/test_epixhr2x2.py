"""EpixHR 2x2: configuration bits as they are mounted, and the switch in bit 15."""

from pathlib import Path

import numpy as np
import pytest

from monitor.errors import DamagedData
from monitor.settings import parse
from monitor.xtc2.names import FieldType
from monitor.xtc2.write import Layout, names, shapes_data
from tests.support.xtc2_bytes import at
from tests.support.xtc2_rows import result_of
from workers.xtc2.detectors.epixhr2x2 import control_bits

F = FieldType
PANEL = Layout(names_id=0x140, det_type="epixhr2x2", det_name="hr", version=(2, 0, 1), fields={"raw": (F.UINT16, 2)})
CONFIG = Layout(
    names_id=0x141,
    det_type="epixhr2x2",
    det_name="hr",
    algorithm="config",
    fields={"asicPixelConfig": (F.UINT8, 1), "trbit": (F.UINT8, 1)},
)


def test_the_trbits_are_those_of_the_asics_as_mounted() -> None:
    corners = {0: (287, 0), 1: (0, 0), 2: (287, 383), 3: (0, 383)}
    for asic, place in corners.items():
        trbits = np.zeros(4, np.uint8)
        trbits[asic] = 1
        bits = control_bits({"asicPixelConfig": np.full(288 * 384, 15, np.uint8), "trbit": trbits})
        assert [other for other, corner in corners.items() if bits[corner] & 16] == [asic]
        assert bits[place] == 16 | 12


def test_a_configuration_without_gains_is_refused() -> None:
    with pytest.raises(DamagedData, match="does not tell the gains"):
        control_bits({"trbit": np.zeros(4)})


def test_bit_15_chooses_the_constants_of_after_switching(tmp_path: Path) -> None:
    raw = np.full((288, 384), 1000, np.uint16)
    raw[0, 0] |= 1 << 15
    # Bits 0 and a trbit: automatic from high to low, ranges 3 and 5.
    ranges = np.arange(7, dtype=np.float32)[:, None, None] * 100 * np.ones((288, 384), np.float32)
    np.savez(tmp_path / "constants.npz", pedestals=ranges, pixel_gain=np.ones_like(ranges), common_mode=(7, 0, 10, 10))
    feature = {"kind": "ROIFunc", "name": "full"}
    detector = {"name": "hr", "constants": str(tmp_path / "constants.npz"), "feature": [feature]}
    settings = parse({"detector": [detector]})
    configure = at(
        2, 1, names(PANEL), names(CONFIG), shapes_data(CONFIG, {"asicPixelConfig": np.zeros(288 * 384), "trbit": [1] * 4})
    )
    result = result_of(tmp_path, configure, at(12, 10, shapes_data(PANEL, {"raw": raw})), settings=settings)
    assert result.rows.columns["hr/full_sum"].values.tolist() == [700.0 * (288 * 384 - 1) + 500.0]
