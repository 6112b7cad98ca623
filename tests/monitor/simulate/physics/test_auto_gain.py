"""A sensor with fixed and automatic gain: words say which constants undo them."""

import numpy as np
import pytest

from monitor.simulate.physics.auto_gain import AutoGain, auto_gain, digitize_panel, measurable

MODES = np.array([[0, 0], [3, 5], [4, 6]])


@pytest.fixture
def device() -> AutoGain:
    return auto_gain((3, 40, 50), MODES, np.random.default_rng(1))


@pytest.mark.parametrize(("panel", "below", "above"), [(1, 650.0, 700.0), (2, 1950.0, 2100.0)])
def test_an_automatic_gain_switches_at_its_limit(device: AutoGain, panel: int, below: float, above: float) -> None:
    before, after = MODES[panel]
    for energy, mode, bit in ((below, before, 0), (above, after, 1)):
        words = digitize_panel(device, panel, np.full((40, 50), energy), np.random.default_rng(2))
        assert (words >> 14 == bit).all()
        found = ((words & 0x3FFF) - device.pedestal[mode, panel]) / device.gain[mode]
        assert found.mean() == pytest.approx(energy, abs=5 * 2.1 / device.gain[mode] / np.sqrt(found.size))


def test_a_fixed_gain_ends_at_the_full_scale_of_the_converter(device: AutoGain) -> None:
    energy = np.full((40, 50), 5000.0)
    words = digitize_panel(device, 0, energy, np.random.default_rng(2))
    assert (words == 16383).all()
    told = measurable(device, 0, energy)
    np.testing.assert_allclose(told * 16.4 + device.pedestal[0, 0], 16383)
    assert (measurable(device, 1, energy) == energy).all()
