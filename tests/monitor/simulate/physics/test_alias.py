import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from monitor.simulate.physics.alias import draw_from
from monitor.simulate.physics.sensor import add_photons


@settings(deadline=None)
@given(arrays(np.float64, st.integers(1, 30), elements=st.floats(0, 1e6)).filter(lambda w: w.sum() > 1e-3))
def test_the_tables_hold_the_weights(weights: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> None:
    table = draw_from(weights)
    stay, other = (table & 0xFFFFFFFF) / 2**32, table >> 32
    chance = stay.copy()
    np.add.at(chance, other.astype(int), 1.0 - stay)
    np.testing.assert_allclose(chance / len(weights), weights / weights.sum(), atol=1e-6)


def test_photons_are_drawn_in_proportion() -> None:
    weights = np.array([1.0, 0.0, 4.0, 5.0])
    table = draw_from(weights)
    hits = np.zeros(4, np.int64)
    frame = np.zeros(4, np.int64)
    for seed in range(20):
        frame[:] = 0
        add_photons(frame, table, 1000, 1, seed * 0x1234567)
        hits += frame
    assert hits.sum() == 20_000
    assert hits[1] == 0
    expected = 20_000 * weights / 10
    assert (np.abs(hits - expected) < 5 * np.sqrt(expected) + 1e-9).all()


def test_a_pixel_never_passes_the_end_of_the_digitizer() -> None:
    frame = np.zeros(1, np.int16)
    table = draw_from(np.ones(1))
    add_photons(frame, table, 100, 1000, 1)
    assert frame[0] == 16383
