import numpy as np
import pytest

from monitor.simulate.physics.liquid import liquid, momentum_transfer, response


def test_q_at_45_degrees() -> None:
    q = momentum_transfer(np.array([0.0, 100.0]), 100.0, 12.398419843)
    assert q[0] == 0
    assert q[1] == pytest.approx(4 * np.pi * np.sin(np.pi / 8))


def test_excitation_moves_the_first_peak_down() -> None:
    q = np.linspace(1.5, 2.5, 1001)
    rest, moved = (q[np.argmax(liquid(q, shift))] for shift in (0.0, 0.15))
    assert rest - moved == pytest.approx(0.15, abs=0.02)


def test_response_is_the_blurred_decay() -> None:
    late = np.arange(0, 200_000, 10.0)
    decay = np.exp(-late / 8000.0)
    for delay in (-300.0, 0.0, 150.0, 4000.0):
        blur = np.exp(-0.5 * ((delay - late) / 120.0) ** 2) / (np.sqrt(2 * np.pi) * 120.0)
        wanted = float((blur * decay).sum() * 10.0 - 0.5 * blur[0] * 10.0)
        assert response(np.array([delay]), 120.0, 8000.0)[0] == pytest.approx(wanted, abs=1e-3)


def test_long_before_time_zero_nothing_is_excited() -> None:
    assert response(np.array([-1e6]), 120.0, 8000.0)[0] == 0
