"""A geometry fits frames of its own panels, in their own order."""

import pytest

from monitor.calib.geometry.fit import check_fit
from monitor.calib.geometry.text import parse
from monitor.errors import DamagedData

ZEROS = "0 0 0 0 0 0 0 0 0"


def test_a_two_section_cspad_fits_in_both_orders_of_its_pixels() -> None:
    lines = [f"CSPAD2X2:V1 0 SENS2X1:V1 {number} {ZEROS}" for number in range(2)]
    geometry = parse("\n".join([*lines, f"IP 0 CSPAD2X2:V1 0 {ZEROS}"]))
    check_fit(geometry, (2, 185, 388))
    check_fit(geometry, (185, 388, 2))
    with pytest.raises(DamagedData, match="2 panels of 185 x 388 pixels, frames have 1 panel of 185 x 388 pixels"):
        check_fit(geometry, (185, 388))


def test_panels_of_another_shape_do_not_fit_even_if_their_pixels_are_as_many() -> None:
    geometry = parse(f"IP 0 MTRX:4:6:10:10 0 {ZEROS}")
    check_fit(geometry, (4, 6))
    with pytest.raises(DamagedData, match="frames have 2 panels of 2 x 6 pixels"):
        check_fit(geometry, (2, 2, 6))
