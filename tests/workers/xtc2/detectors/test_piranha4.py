"""Piranha4: a line is a frame with one row, and in the rows as it came."""

from pathlib import Path

import numpy as np

from monitor.settings import parse
from monitor.xtc2.names import FieldType
from monitor.xtc2.write import Layout, names, shapes_data
from tests.support.xtc2_bytes import at
from tests.support.xtc2_rows import result_of

LINE = Layout(names_id=0x160, det_type="piranha4", det_name="atm", version=(2, 1, 0), fields={"image": (FieldType.UINT16, 1)})


def test_a_line_is_a_frame_with_one_row_and_is_kept_as_it_came(tmp_path: Path) -> None:
    feature = {"kind": "ROIFunc", "name": "ROI_0", "ROI": [[0, 1], [2, 4]]}
    settings = parse({"detector": [{"name": "atm", "feature": [feature]}]})
    events = [at(12, 10 + i, shapes_data(LINE, {"image": np.arange(6) + 10 * i})) for i in range(2)]
    columns = result_of(tmp_path, at(2, 1, names(LINE)), *events, settings=settings).rows.columns
    assert columns["atm/ROI_0_sum"].values.tolist() == [5.0, 25.0]
    assert columns["atm/var_image/value"].of_event(1).tolist() == [10, 11, 12, 13, 14, 15]
