"""Beam-line data with severities: two bits for each field in its order."""

from pathlib import Path

from monitor.xtc2.names import FieldType
from monitor.xtc2.write import Layout, names, shapes_data
from tests.support.xtc2_bytes import at
from tests.support.xtc2_rows import result_of

F = FieldType
BLD = Layout(
    names_id=0x170,
    det_type="scbld",
    det_name="beam",
    version=(1, 0, 0),
    fields={"severity": (F.UINT64, 0), "charge": (F.DOUBLE, 0), "energy": (F.FLOAT, 0), "late": (F.INT32, 0)},
)


def test_each_field_has_its_severity(tmp_path: Path) -> None:
    values = {"severity": 1 << 63 | 0b11_00_10, "charge": 1.5, "energy": 2.5, "late": -1}
    columns = result_of(tmp_path, at(2, 1, names(BLD)), at(12, 10, shapes_data(BLD, values))).rows.columns
    found = {name: columns[f"beam/{name}"].values.tolist() for name in ("charge", "charge_sevr", "energy_sevr", "late_sevr")}
    assert found == {"charge": [1.5], "charge_sevr": [2], "energy_sevr": [0], "late_sevr": [3]}
