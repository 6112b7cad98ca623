import numpy as np

from monitor.simulate.physics.sensor import DEAD, HOT, dark_frame, sensor

SHAPE = (2, 60, 70)


def test_dark_frames_average_to_pedestals_and_common_mode() -> None:
    made = sensor(SHAPE, np.random.default_rng(3), pedestal=1000.0, spread=50.0, rms=4.0, bad=0.0)
    random, total, square = np.random.default_rng(4), np.zeros(SHAPE), np.zeros(SHAPE)
    frame = np.empty(SHAPE, np.int16)
    for _ in range(400):
        dark_frame(frame, made, np.array([10.0, -20.0], np.float32), random)
        total += frame
        square += frame.astype(np.float64) ** 2
    mean = total / 400
    rms = np.sqrt(square / 400 - mean**2)
    shift = np.array([10.0, -20.0])[:, None, None]
    assert np.abs(mean - made.pedestal - shift).max() < 6 * 4.5 / 20
    assert abs(np.mean(rms / np.sqrt(made.rms**2 + 1 / 12)) - 1) < 0.01


def test_bad_pixels_are_what_their_status_says() -> None:
    made = sensor(SHAPE, np.random.default_rng(3), pedestal=1000.0, spread=50.0, rms=4.0, bad=0.01)
    assert set(np.unique(made.status)) == {0, HOT, DEAD}
    assert made.rms[made.status == HOT].min() > 50
    assert made.pedestal[made.status == DEAD].max() < 20
    assert made.rms[made.status == 0].max() < 10


def test_values_stay_inside_the_digitizer() -> None:
    made = sensor(SHAPE, np.random.default_rng(3), pedestal=1000.0, spread=50.0, rms=4.0, bad=0.0)
    frame = np.empty(SHAPE, np.int16)
    dark_frame(frame, made, np.array([-5000.0, 30_000.0], np.float32), np.random.default_rng(1))
    assert frame[0].max() == 0
    assert frame[1].min() == 16383
