"""References are kept by content, beside the layouts, by experiment, and within bounds."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from dashboards import kept as module
from dashboards.kept import MOST_BYTES, MOST_KEPT, Kept


def curve(value: float) -> dict[str, dict[str, np.ndarray]]:
    return {"a": {"x": np.array([1.0, 2.0]), "mean": np.array([value, value])}}


def settled(folder: Path) -> Kept:
    kept = Kept(now=lambda: 1.6e9)
    kept.settle(str(folder))
    return kept


def test_what_is_kept_is_a_copy_under_a_name_of_its_content() -> None:
    kept, mine = Kept(), curve(3.0)

    name = kept.keep(mine)
    mine["a"]["mean"][:] = 0

    found = kept.get(name)
    assert found is not None
    assert found.numbers["a"]["mean"].tolist() == [3, 3]
    assert kept.keep(curve(3.0)) == name
    assert kept.keep(curve(4.0)) != name


def test_the_oldest_goes_when_there_are_too_many_and_the_huge_never_comes(tmp_path: Path) -> None:
    kept = settled(tmp_path)
    names = [kept.keep(curve(float(value)), "e") for value in range(MOST_KEPT + 1)]
    other = kept.keep(curve(0.0), "f")

    assert kept.get(names[0]) is None
    assert kept.get(names[1]) is not None
    assert kept.get(other) is not None
    assert len([*tmp_path.rglob("*.h5")]) == MOST_KEPT + 1
    assert kept.keep({"a": {"x": np.zeros(MOST_BYTES)}}) == ""
    assert kept.get("") is None


def test_the_oldest_goes_when_they_are_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Each has 32 bytes of numbers.
    monkeypatch.setattr(module, "MOST_BYTES_OF_ALL", 80)
    kept = settled(tmp_path)

    names = [kept.keep(curve(float(value)), "e") for value in range(3)]

    assert [kept.get(name) is not None for name in names] == [False, True, True]


def test_a_restart_loses_nothing(tmp_path: Path) -> None:
    name = settled(tmp_path).keep(curve(3.0), "xpp12310", field="cspad/azav", label="mean of 120")

    again = settled(tmp_path)

    found = again.get(name)
    assert found is not None
    assert found.numbers["a"]["mean"].tolist() == [3.0, 3.0]
    assert found.time == 1.6e9
    assert again.offered("xpp12310", "cspad/azav") == {name: "mean of 120"}
    assert again.offered("xpp99999", "cspad/azav") == {}
    (path,) = (tmp_path / "layouts" / "references" / "xpp12310").iterdir()
    with h5py.File(path) as file:
        assert file["a/mean"][()].tolist() == [3.0, 3.0]


@pytest.mark.parametrize("broken", ["not hdf5", "old", "no time"])
def test_a_file_that_cannot_be_used_is_named_and_set_aside_and_the_others_come(tmp_path: Path, broken: str) -> None:
    kept = settled(tmp_path)
    bad, good = kept.keep(curve(1.0), "e"), kept.keep(curve(2.0), "e")
    path = tmp_path / "layouts" / "references" / "e" / f"{bad}.h5"
    if broken == "not hdf5":
        path.write_text("no")
    else:
        with h5py.File(path, "a") as file:
            file.attrs["reference" if broken == "old" else "time"] = "0.x"

    again = settled(tmp_path)

    assert again.get(bad) is None
    assert again.get(good) is not None
    (said,) = again.trouble
    assert said.startswith(f"{bad}.h5 cannot be used (")
    assert path.with_name(f"{bad}.h5.set-aside").exists()
    assert settled(tmp_path).trouble == ()


@pytest.mark.parametrize("experiment", ["../../e", "a/b", ""])
def test_no_name_of_an_experiment_leads_out_of_the_folder(tmp_path: Path, experiment: str) -> None:
    settled(tmp_path).keep(curve(1.0), experiment)

    (path,) = tmp_path.rglob("*.h5")
    assert path.parent.parent == tmp_path / "layouts" / "references"
