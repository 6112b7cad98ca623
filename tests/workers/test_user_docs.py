"""The examples of docs/user-features.md, run as they stand there."""

import re
from pathlib import Path

import numpy as np
import pytest

from monitor.model.column import Column
from monitor.model.field import Field
from monitor.settings import parse
from workers.frames import Frames
from workers.trouble import Trouble
from workers.user_features import UserFeatures

PAGE = Path(__file__).parents[2] / "docs" / "user-features.md"
FRONT = np.array([[[1, 2, 20, 1], [0, 12, 0, 1]], [[1, 1, 1, 1], [3, 1, 1, 1]]], np.float32)
BACK = np.array([[[9, 0, 0], [9, 0, 0]], [[0, 0, 7], [0, 0, 7]]], np.float32)


@pytest.fixture
def found(tmp_path: Path) -> dict[str, Column]:
    path = tmp_path / "mine.py"
    path.write_text("\n".join(re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)))
    known = {}
    for name, value in (("spot_camera/full_sum", [6.0, 8.0]), ("monitor/sum", [2.0, 4.0])):
        known[name] = Column(Field(name=name, dtype=np.dtype(np.float64)), np.array(value))
    frames = {"front": Frames(np.arange(2), FRONT, {}), "back": Frames(np.arange(2), BACK, {})}
    trouble = Trouble()
    for column in UserFeatures(parse({"user": [{"path": str(path)}]})).columns(known, frames, 2, trouble):
        known[column.field.path] = column
    assert not trouble.counts
    return known


def test_the_examples_give_what_the_page_says(found: dict[str, Column]) -> None:
    assert found["spot/ratio"].values.tolist() == [3.0, 2.0]
    assert found["spots/distance"].values.tolist() == [2.0, 2.0]
    np.testing.assert_array_equal(found["front/profile"].values, [[0.5, 7, 10, 1], [2, 1, 1, 1]])


def test_the_ragged_examples_keep_the_pixels_of_each_event(found: dict[str, Column]) -> None:
    hot = [found[f"front/var_hot/{key}"] for key in ("row", "column", "value")]
    assert [column.values.tolist() for column in hot] == [[0, 1], [2, 1], [20.0, 12.0]]
    assert found["front/var_line/value"].values.tolist() == [20.0, 12.0]
    for column in (*hot, found["front/var_line/value"]):
        assert column.lengths is not None
        assert column.lengths.tolist() == [2, 0]
