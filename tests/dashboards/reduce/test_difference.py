"""What is different between two versions of the settings."""

from dashboards.reduce.difference import difference


def feature(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "kind": "ROIFunc", **more}


def test_equal_settings_have_no_difference() -> None:
    assert difference({"a": [1, 2], "b": {"c": None}}, {"a": (1, 2), "b": {"c": None}}) == []


def test_a_changed_value_is_told_with_its_path() -> None:
    assert difference({"pages": {"rate": 4}}, {"pages": {"rate": 8}}) == ["pages.rate: 4 → 8"]


def test_named_entries_of_lists_are_told_by_their_names() -> None:
    old = {"detector": [{"name": "cspad", "feature": [feature("ROI_0", ROI=[[0, 2]])]}]}
    new = {"detector": [{"name": "cspad", "feature": [feature("ROI_0", ROI=[[0, 3]])]}]}

    assert difference(old, new) == ["detector.cspad.feature.ROI_0.ROI: [[0, 2]] → [[0, 3]]"]


def test_an_entry_in_front_of_others_is_one_difference() -> None:
    old, new = {"feature": [feature("b")]}, {"feature": [feature("a"), feature("b")]}

    assert difference(old, new) == ["feature.a: none → added"]


def test_entries_of_one_name_are_told_by_number() -> None:
    old, new = {"sum": [{"name": "x", "f": 1}, {"name": "x", "f": 2}]}, {"sum": [{"name": "x", "f": 1}, {"name": "x", "f": 3}]}

    assert difference(old, new) == ["sum.1.f: 2 → 3"]


def test_what_goes_is_told_too() -> None:
    assert difference({"a": 1}, {}) == ["a: 1 → none"]


def test_a_long_value_is_cut() -> None:
    (text,) = difference({"mask": 0}, {"mask": list(range(100))})

    assert len(text) < 80
    assert text.endswith("…")
