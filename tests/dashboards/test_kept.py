import numpy as np

from dashboards.kept import MOST_BYTES, MOST_KEPT, Kept


def curve(value: float) -> dict[str, dict[str, np.ndarray]]:
    return {"a": {"x": np.array([1.0, 2.0]), "mean": np.array([value, value])}}


def test_what_is_kept_is_a_copy_under_a_name_of_its_content() -> None:
    kept, mine = Kept(), curve(3.0)

    name = kept.keep(mine, now=0.0)
    mine["a"]["mean"][:] = 0

    found = kept.get(name)
    assert found is not None
    assert found.numbers["a"]["mean"].tolist() == [3, 3]
    assert kept.keep(curve(3.0)) == name
    assert kept.keep(curve(4.0)) != name


def test_the_oldest_goes_when_there_are_too_many_and_the_huge_never_comes() -> None:
    kept = Kept()
    names = [kept.keep(curve(float(value))) for value in range(MOST_KEPT + 1)]

    assert kept.get(names[0]) is None
    assert kept.get(names[1]) is not None
    assert kept.keep({"a": {"x": np.zeros(MOST_BYTES)}}) == ""
    assert kept.get("") is None
