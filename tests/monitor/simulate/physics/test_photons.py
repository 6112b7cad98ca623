import numpy as np
import pytest

from monitor.simulate.physics.photons import deposited, spots

SHAPE = (2, 20, 30)


def test_sharing_charge_loses_none() -> None:
    random = np.random.default_rng(1)
    hits = random.integers(0, 1200, 5000)
    energy = deposited(SHAPE, hits, 9.5, random)
    assert energy.sum(dtype=np.float64) == pytest.approx(9.5 * 5000, rel=1e-6)


def test_a_photon_gives_at_most_half_to_the_next_pixel_of_its_row() -> None:
    for seed in range(40):
        energy = deposited(SHAPE, np.array([5]), 1.0, np.random.default_rng(seed)).reshape(-1)
        assert energy[5] >= 0.5
        assert energy[5] + energy[6] == pytest.approx(1.0)


def test_the_last_pixel_of_a_row_keeps_its_charge() -> None:
    for seed in range(40):
        assert deposited(SHAPE, np.array([29]), 1.0, np.random.default_rng(seed)).reshape(-1)[29] == 1.0


def test_spots_lie_around_their_centres() -> None:
    centres = np.array([[1, 10, 15]])
    flat = spots(SHAPE, centres, np.array([4000.0]), np.random.default_rng(1))
    panel, row, column = np.unravel_index(flat, SHAPE)
    assert set(panel.tolist()) == {1}
    assert abs(row.mean() - 10) < 0.1
    assert abs(column.mean() - 15) < 0.1
    assert abs(row.std() - 1.33) < 0.1
    assert abs(len(flat) - 4000) < 5 * 63


def test_what_falls_off_the_panel_is_lost() -> None:
    flat = spots(SHAPE, np.array([[0, 0, 0]]), np.array([4000.0]), np.random.default_rng(1))
    assert 0.3 < len(flat) / 4000 < 0.6
