"""Lists of pixels and back: what goes in comes out, and nothing outside a frame is written."""

import numpy as np
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.support.features import all_values, branch, plain_view, settings
from workers.features.data import PixelList, Ragged
from workers.features.sparse import dense, listed

SHAPE = (2, 3, 4)


@budget(deadline=None)
@given(arrays(np.float32, (3, *SHAPE), elements=st.sampled_from([0.0, 1.5, -2.0, np.nan])))
def test_dense_undoes_listed(frames: np.ndarray) -> None:  # type: ignore[type-arg]  # any frames
    np.testing.assert_array_equal(dense(listed(frames, SHAPE), SHAPE), np.nan_to_num(frames))


def test_entries_outside_the_frame_count_nowhere() -> None:
    bad = [-1.0, 3.0, np.nan, np.inf, 1e300, -np.inf]
    columns = {"data": np.ones(6), "row": np.array(bad), "col": np.zeros(6), "tile": np.zeros(6)}
    assert not dense(PixelList(np.array([6]), columns, {}), SHAPE).any()


def test_entries_of_one_pixel_add_up() -> None:
    columns = {"data": np.array([1.0, 2.0]), "row": np.array([1.1, 1.9]), "col": np.zeros(2)}
    assert dense(PixelList(np.array([2]), columns, {}), (3, 4))[0, 1, 0] == 3


def test_positions_of_droplets_keep_their_fractions() -> None:
    view = plain_view((3, 4)).of_lists("data", "row", "col")
    columns = {"data": np.array([7.0]), "row": np.array([1.25]), "col": np.array([0.5])}
    lists = PixelList(np.array([1, 0]), columns | {}, {})
    found = all_values(branch(settings("sparsifyFunc", name="s", nData=2), view), lists)
    np.testing.assert_array_equal(found["det/s_row"], [[1.25, 0], [0, 0]])
    np.testing.assert_array_equal(found["det/s_length"], [1, 0])
    ragged = all_values(branch(settings("sparsifyFunc", name="s"), view), lists)["det/var_s/col"]
    assert isinstance(ragged, Ragged)
    assert (ragged.values.tolist(), ragged.lengths.tolist()) == ([0.5], [1, 0])
