import numpy as np
import pytest

from monitor.simulate.devices.ipimb import Ipimb, digitized, fill_derived
from monitor.simulate.devices.payload import blank, detector


def test_light_lowers_the_counts_from_the_base() -> None:
    assert digitized(np.array([[0.0, 1.5, 3.0, 9.0]])).tolist() == [[59577, 29789, 0, 0]]


def test_sum_and_positions_come_from_the_four_diodes() -> None:
    fex = blank(31, 1, 2)
    fill_derived(fex, digitized(np.array([[0.1, 0.4, 0.3, 0.2], [0.0, 0.0, 0.0, 0.0]])))
    assert fex["sum"][0] == pytest.approx(1.0, abs=2e-4)
    assert fex["xpos"][0] == pytest.approx(0.2 / 0.6, abs=1e-3)
    assert fex["ypos"][0] == pytest.approx(-0.2 / 0.4, abs=1e-3)
    assert fex["xpos"][1] == fex["ypos"][1] == 0.0


def test_counts_and_derived_values_agree_with_each_other() -> None:
    board = Ipimb(detector("XppSb3Ipm-1|Ipimb-0"))
    raw, fex = board.events(np.array([[0.2, 0.25, 0.3, 0.35]]), np.array([7]))
    counter, channel_2 = raw.rows[0, :8].view("<u8")[0], raw.rows[0, 18:20].view("<u2")[0]
    assert counter == 7
    assert fex.rows[0, 8:12].view("<f4")[0] == pytest.approx(3.0 - channel_2 * 3.3 / 65535, abs=1e-6)
