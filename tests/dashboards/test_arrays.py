"""Array fields of a message."""

import numpy as np
import pytest

from dashboards.arrays import pieces_of
from monitor.errors import ProtocolError
from monitor.wire.message import Message

HEADER = {"first": 10, "count": 3, "run": 1, "step": 0}


def message(**arrays: list[object]) -> Message:
    named = {name.replace("__", "/", 1).replace("__", "/"): np.array(values) for name, values in arrays.items()}
    return Message("rows", HEADER, named, "rows/events")


def test_curves_come_for_the_events_that_have_them() -> None:
    (piece,) = pieces_of(message(c__wave=[[1, 2], [3, 4], [5, 6]], p__wave=[True, False, True], c__scalar=[1, 2, 3]))

    assert piece.name == "wave"
    np.testing.assert_array_equal(piece.seq, [10, 12])
    np.testing.assert_array_equal(piece.values, [[1, 2], [5, 6]])
    assert piece.lengths is None


def test_a_ragged_field_keeps_all_elements_and_the_lengths_of_the_events_that_have_it() -> None:
    (piece,) = pieces_of(message(c__x=[7, 8, 9], n__x=[2, 0, 1], p__x=[True, False, True]))

    assert piece.lengths is not None
    np.testing.assert_array_equal(piece.seq, [10, 12])
    np.testing.assert_array_equal(piece.lengths, [2, 1])
    np.testing.assert_array_equal(piece.values, [7, 8, 9])


@pytest.mark.parametrize("lengths", [[2, 0, 2], [2, 2, -1], [2, 1], [1.0, 1.0, 1.0], [2**62, 2**62, 3]])
def test_lengths_that_do_not_fit_are_refused(lengths: list[int]) -> None:
    with pytest.raises(ProtocolError, match="lengths of 'x'"):
        pieces_of(message(c__x=[7, 8, 9], n__x=lengths))  # type: ignore[arg-type]


def test_elements_of_an_absent_event_are_refused() -> None:
    with pytest.raises(ProtocolError, match="lengths of 'x'"):
        pieces_of(message(c__x=[7, 8, 9], n__x=[2, 0, 1], p__x=[True, True, False]))


def test_presence_of_another_length_is_refused() -> None:
    with pytest.raises(ProtocolError, match="presence of 'x'"):
        pieces_of(message(c__x=[7, 8, 9], n__x=[2, 0, 1], p__x=[True]))
