"""All array fields within one budget."""

import numpy as np
import pytest

from dashboards import shelf as shelf_module
from dashboards.arrays import Piece
from dashboards.shelf import Shelf
from dashboards.snapshot import FieldInfo


def curve(name: str, count: int = 20, points: int = 2) -> Piece:
    return Piece(name, np.arange(count), np.zeros((count, points)))


def test_fields_share_the_budget() -> None:
    shelf = Shelf(budget_bytes=20 * 16)
    shelf.put([curve("a")])
    assert len(shelf.curves({})["a"]) == 20

    shelf.put([curve("b"), curve("a")])

    assert {name: len(each) for name, each in shelf.curves({}).items()} == {"a": 10, "b": 10}


def test_a_field_that_becomes_a_list_is_one() -> None:
    shelf = Shelf()
    shelf.put([curve("a")])
    shelf.put([Piece("a", np.array([20]), np.array([1.0, 2.0]), np.array([2]))])

    assert shelf.curves({}) == {}
    assert shelf.lists({"a": FieldInfo("mm")})["a"].of(20).tolist() == [1, 2]
    assert shelf.lists({"a": FieldInfo("mm")})["a"].info.unit == "mm"


def test_too_many_fields_and_too_large_ones_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf_module, "MOST_FIELDS", 2)
    monkeypatch.setattr(shelf_module, "MOST_EVENT_BYTES", 64)
    shelf = Shelf()

    shelf.put([curve("large", points=9), curve("a"), curve("b"), curve("c")])

    assert list(shelf.curves({})) == ["a", "b"]
