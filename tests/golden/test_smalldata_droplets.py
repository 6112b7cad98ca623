"""Photon maps, droplets and the photons in them against the original functions' output (golden/smalldata/README.md)."""

import fnmatch
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.settings import Feature as FeatureSettings
from tests.conftest import golden_root
from tests.support.features import all_values, branch
from workers.features.data import PixelList, Ragged, context_of
from workers.features.feature import FEATURES
from workers.features.photon_greedy import place_all
from workers.features.view import View

FILES = {"photonFunc": "photons", "dropletFunc": "droplets", "dropletFunc>droplet2Photons>sparsifyFunc": "droplet2photons"}
RTOL = 1e-9


@cache
def stored(folder: Path, name: str) -> dict[str, Any]:
    with np.load(folder / "smalldata" / f"{name}.npz") as file:
        return {key: file[key] for key in file.files}


def cases_of(content: dict[str, Any], function: str) -> dict[str, Any]:
    cases: dict[str, Any] = json.loads(str(content["meta"]))["cases"]
    return {label: case for label, case in cases.items() if case["func"] == function}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    functions = {"photon": "photonFunc", "droplet": "dropletFunc", "placed": "dropletFunc>droplet2Photons>sparsifyFunc"}
    for fixture, function in {**functions, "guess": "greedyguess"}.items():
        if fixture in metafunc.fixturenames:
            folder, name = golden_root(metafunc.config), FILES.get(function, "droplet2photons")
            there = (folder / "smalldata" / f"{name}.npz").is_file()
            metafunc.parametrize(fixture, list(cases_of(stored(folder, name), function)) if there else [])


def plain(value: Any) -> Any:
    return value["__array__"] if isinstance(value, dict) else value


def feature_of(wanted: list[Any], **more: Any) -> FeatureSettings:
    """A feature of a case with those of its children that there are, each by the name it has in the file."""
    kind, parameters, children = wanted
    known = tuple(feature_of(child) for child in children if child[0] in dict(FEATURES.items()))
    given = {key: plain(value) for key, value in parameters.items() if value is not None}
    return FeatureSettings(kind=kind, feature=known, **(given | more))


class Case:
    """One case: its view, its frames, and what is expected of each."""

    def __init__(self, folder: Path, function: str, label: str) -> None:
        self.content, self.label = stored(folder, FILES[function]), label
        self.settings = cases_of(self.content, function)[label]
        pattern, _, other = self.settings["inputs"].partition(" ")
        names = [key[3:] for key in sorted(self.content) if fnmatch.fnmatch(key, f"in/{pattern}")]
        # An asterisk means the frames of the same detector.
        names = [name for name in names if "_" not in name] if "*" in pattern else names
        detector = other.strip("()") or ("det3" if names[0].startswith("evt3") else "det")
        self.mask = self.content[f"in/{detector}_mask"].astype(bool)
        self.frames = np.stack([np.where(self.mask, self.content[f"in/{name}"], np.nan) for name in names])
        constants = {key: self.content.get(f"in/{detector}_{key}") for key in ("rms", "gain")}
        self.view = View(name="det", shape=self.mask.shape, unit="ADU", good=self.mask, **constants)

    def expected(self, event: int) -> dict[str, NDArray[Any]]:
        start = f"case/{self.label}/evt{event}/"
        return {key[len(start) :]: value for key, value in self.content.items() if key.startswith(start)}

    def part(self, key: str) -> NDArray[Any]:
        return self.content[f"case/{self.label}/{key}"]

    def parts(self, folder: str) -> dict[str, NDArray[Any]]:
        start = f"case/{self.label}/{folder}/"
        return {key[len(start) :]: value for key, value in self.content.items() if key.startswith(start)}

    def check(self, wanted: FeatureSettings, *of_children: str) -> int:
        """Compare every stored value that is made; those of children that there are not yet are left out. Returns how many."""
        values, done = all_values(branch(wanted, self.view), self.frames), 0
        for event in range(len(self.frames)):
            for key, right in self.expected(event).items():
                made = values.get(f"det/{key}")
                if made is None:
                    assert any(word in key for word in of_children), f"{self.label}: {key} is not made"
                    continue
                found = made.values if isinstance(made, Ragged) else made[event]
                if right.dtype.kind == "i" and found.dtype.kind == "f":
                    # Lists of a given length: the original cuts positions in the events that it fills up.
                    found = np.trunc(found)
                np.testing.assert_allclose(found, right, rtol=RTOL, err_msg=f"{self.label} {key}")
                done += 1
        return done

    def lists(self, wanted: FeatureSettings) -> PixelList:
        """What the innermost feature of a chain hands on for the first frame."""
        made, data = branch(wanted, self.view), self.frames[:1]
        while True:
            handed = made.feature.process(data, context_of(1)).handed_on()
            if not made.children:
                assert isinstance(handed, PixelList)
                return handed
            made, data = made.children[0], handed  # type: ignore[assignment]


def assert_lists(found: PixelList, right: dict[str, NDArray[Any]], label: str) -> None:
    for key, column in right.items():
        if not key.startswith("_"):
            np.testing.assert_allclose(found.columns[key], column, rtol=RTOL, err_msg=f"{label} {key}")


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_photons_are_those_of_the_original(golden_dir: Path, photon: str, dtype: type[np.floating]) -> None:
    case = Case(golden_dir, "photonFunc", photon)
    case.frames = case.frames.astype(dtype)
    wanted = feature_of(case.settings["params"])
    assert case.check(wanted, "nPhotPP", "sparse")
    (found,) = np.asarray(branch(wanted, case.view).feature.process(case.frames, context_of(1)).handed_on())
    assert (np.isnan(found) == ~case.mask).all()
    np.testing.assert_array_equal(found[case.mask], case.part("map")[case.mask])


def test_droplets_are_those_of_the_original(golden_dir: Path, droplet: str) -> None:
    case = Case(golden_dir, "dropletFunc", droplet)
    wanted = feature_of(case.settings["params"])
    assert case.check(wanted, "sparse", "spec", "dense") >= 2
    right = case.parts("dat")
    if right:
        found = case.lists(wanted.model_copy(update={"feature": ()}))
        assert_lists(found, right, droplet)
        if "_imgDrop" in right:
            np.testing.assert_array_equal(found.whole["labels"][0], right["_imgDrop"])
            inside = right["_imgDrop"] > 0
            np.testing.assert_array_equal(found.whole["image"][0][inside], right["_image"][inside])


def test_photons_in_droplets_are_where_the_original_puts_them(golden_dir: Path, placed: str) -> None:
    case = Case(golden_dir, "dropletFunc>droplet2Photons>sparsifyFunc", placed)
    parameters = case.settings["params"]
    below = ["droplet2Photons", parameters["d2p"] | {"compat": True}, [["sparsifyFunc", {}, []]]]
    assert case.check(feature_of(["dropletFunc", parameters["droplet"], [below]]), "sparse") >= 3
    chain = feature_of(["dropletFunc", parameters["droplet"], [[*below[:2], []]]])
    assert_lists(case.lists(chain), case.parts("photons"), placed)
    assert_lists(case.lists(chain.model_copy(update={"feature": ()})), case.parts("droplets"), placed)


def test_a_single_droplet_is_divided_as_in_the_original(golden_dir: Path, guess: str) -> None:
    content = stored(golden_dir, "droplet2photons")
    case = cases_of(content, "greedyguess")[guess]
    image, count = content[f"in/{case['inputs']}"], case["params"]["nophots"]
    rows, columns = np.array(image.shape) - 1
    places = np.empty((count, 2))
    drops = np.array([[0, 1, 0, count, 0, rows, 0, columns]])
    place_all(
        image[None],
        np.ones((1, *image.shape), np.int32),
        drops,
        np.zeros((1, 2)),
        case["params"]["aduspphot"],
        image.size,
        places,
    )
    np.testing.assert_allclose(places[:, 0], content[f"case/{guess}/px"], rtol=RTOL)
    np.testing.assert_allclose(places[:, 1], content[f"case/{guess}/py"], rtol=RTOL)
