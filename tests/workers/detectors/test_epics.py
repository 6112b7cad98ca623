"""EPICS values are carried forward from each change."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.event import EPICS_CHANGE
from workers.detectors.epics import filled_forward

changes = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 4), st.floats(-9, 9)), max_size=12).map(sorted)


@settings(deadline=None)
@given(changes, st.integers(0, 6))
def test_each_event_has_the_latest_value(made: list[tuple[int, int, float]], count: int) -> None:
    start = np.array([1.0, np.nan, 3.0])
    expected = np.empty((3, count))
    for event in range(count):
        now = start.copy()
        for at, pv, value in made:
            if at <= event and pv < len(now):
                now[pv] = value
        expected[:, event] = now
    np.testing.assert_array_equal(filled_forward(start, np.array(made, EPICS_CHANGE), count), expected)
