"""What the elements of array fields stand for."""

import numpy as np
import pytest

from monitor.aggregator import used as module
from monitor.aggregator.used import Used

CONFIG = {
    "d/azav__azav_q": np.array([0.1, 0.2]),
    "d/mask": np.ones((2, 2)),
    "d/azav__azav_lam": np.array(1.5),
    "d/azav__unit": np.array([b"q"]),
    "d/peaks__empty": np.empty(0),
}


def test_all_rows_of_numbers_are_told_and_nothing_else() -> None:
    message = Used(run=7, version=3, config=CONFIG).axes()

    assert message.header == {"run": 7, "version": 3}
    assert list(message.arrays) == ["k/d/azav__azav_q"]


def test_what_is_too_long_or_too_much_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_AXIS", 3)
    monkeypatch.setattr(module, "AXES_BYTES", 40)
    config = {"long": np.zeros(4), "a": np.zeros(3), "b": np.zeros(3), "c": np.zeros(2)}

    assert list(Used(config=config).axes().arrays) == ["k/a", "k/c"]
