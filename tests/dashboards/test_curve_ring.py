"""The newest curves in bounded memory."""

import numpy as np

from dashboards.arrays import Piece
from dashboards.curve_ring import CurveRing
from dashboards.snapshot import FieldInfo

INFO = FieldInfo("V")


def piece(first: int, count: int, points: int = 2) -> Piece:
    """Curves whose values are ten times the sequence number."""
    seq = np.arange(first, first + count)
    return Piece("wave", seq, np.repeat(seq[:, None] * 10.0, points, axis=1))


def test_the_newest_curves_are_kept_within_the_bytes() -> None:
    ring = CurveRing(limit_bytes=3 * 16)
    for first in range(0, 40, 2):
        ring.append(piece(first, 2))

    curves = ring.view(INFO)
    np.testing.assert_array_equal(curves.seq, [37, 38, 39])
    np.testing.assert_array_equal(curves.values, [[370, 370], [380, 380], [390, 390]])
    assert curves.info is INFO


def test_what_was_given_out_never_changes() -> None:
    ring = CurveRing(limit_bytes=4 * 16)
    ring.append(piece(0, 4))
    before = ring.view(INFO)
    kept = before.values.copy()
    for first in (4, 2, 6, 3):
        ring.append(piece(first, 3))

    np.testing.assert_array_equal(before.values, kept)


def test_a_sender_that_begins_anew_replaces_what_came_later() -> None:
    ring = CurveRing(limit_bytes=1000)
    ring.append(piece(0, 5))
    ring.append(Piece("wave", np.array([3]), np.array([[1.0, 2.0]])))

    np.testing.assert_array_equal(ring.view(INFO).seq, [0, 1, 2, 3])
    np.testing.assert_array_equal(ring.view(INFO).values[-1], [1, 2])


def test_another_shape_begins_anew() -> None:
    ring = CurveRing(limit_bytes=1000)
    ring.append(piece(0, 5))
    ring.append(piece(5, 1, points=3))

    np.testing.assert_array_equal(ring.view(INFO).values, [[50, 50, 50]])


def test_one_event_is_kept_whatever_its_size() -> None:
    ring = CurveRing(limit_bytes=1)
    ring.append(piece(0, 5))

    np.testing.assert_array_equal(ring.view(INFO).seq, [4])


def test_many_small_messages_are_the_same_as_one() -> None:
    single, whole = CurveRing(20 * 16), CurveRing(20 * 16)
    for i in range(100):
        single.append(piece(i, 1))
    whole.append(piece(0, 100))

    np.testing.assert_array_equal(single.view(INFO).values, whole.view(INFO).values)
    np.testing.assert_array_equal(single.view(INFO).seq, np.arange(80, 100))
