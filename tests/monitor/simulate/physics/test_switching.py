import numpy as np

from monitor.simulate.physics.switching import digitize, switching

SHAPE = (1, 4, 256)


def test_energy_comes_back_with_the_constants_of_the_range_in_use() -> None:
    made = switching(SHAPE, np.random.default_rng(1))
    energy = np.linspace(0, 60_000, 1024, dtype=np.float32).reshape(SHAPE)
    words = np.empty(SHAPE, np.uint16)
    used = digitize(words, made, energy, np.random.default_rng(2))
    stage = np.array([0, 1, 9, 2])[words >> 14]
    wanted = (energy > 260).astype(int) + (energy > 9000)
    np.testing.assert_array_equal(stage, wanted)
    assert used.tolist() == [int((wanted == i).sum()) for i in range(3)]
    pick = stage[None]
    pedestal, gain = (np.take_along_axis(array, pick, axis=0)[0] for array in (made.pedestal, made.gain))
    value = (words & 0x3FFF).astype(np.float64)
    error_keV = (value - pedestal) / gain - energy
    limit_keV = np.array([6 * 3 / 41.5, 6 * 2.1 / 1.3, 6 * 2.1 / 0.1])[stage]
    assert (np.abs(error_keV) < limit_keV).all()


def test_a_held_sensor_stays_in_its_range() -> None:
    made = switching(SHAPE, np.random.default_rng(1))
    words = np.empty(SHAPE, np.uint16)
    for least, bits in enumerate((0, 1, 3)):
        used = digitize(words, made, np.zeros(SHAPE, np.float32), np.random.default_rng(2), least=least)
        assert used[least] == words.size
        assert set(np.unique(words >> 14)) == {bits}
