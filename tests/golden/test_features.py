"""Features against the original functions' output (golden/smalldata/README.md), in ``compat`` mode."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.settings import Feature as FeatureSettings
from tests.support.features import values_of
from workers.features.feature import feature_from
from workers.features.view import View

RTOL = {"azav": 2e-6, "roi": 1e-5}
"""The radial average keeps its weights in float32."""


def cases(stored: Any, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and parameters of each case of one function that asks for nothing else."""
    for name, case in json.loads(str(stored["meta"]))["cases"].items():
        if case["func"] == kind and isinstance(case["params"][1], dict):
            yield name, {key: _plain(value) for key, value in case["params"][1].items()}


def _plain(value: Any) -> Any:
    return value["__array__"] if isinstance(value, dict) else value


def view_of(stored: Any, good: NDArray[np.bool_]) -> View:
    shape = good.shape
    coordinates = {axis: np.asarray(stored[f"in/det_{axis}"]) for axis in "xyz" if f"in/det_{axis}" in stored}
    flat = np.zeros(shape)
    rows = int(np.prod(shape[:-1]))
    return View(
        name="det",
        shape=shape,
        unit="ADU",
        good=good,
        x=coordinates.get("x", flat),
        y=coordinates.get("y", flat),
        z=coordinates.get("z"),
        index=np.arange(good.size, dtype=np.int32).reshape(rows, shape[-1]),
    )


def masked(stored: Any, user: Any) -> NDArray[np.bool_]:
    """Good pixels as the original finds them."""
    mask = np.asarray(stored["in/det_mask"]).astype(bool)
    if user is not None:
        return mask & np.asarray(user).reshape(mask.shape).astype(bool)
    return mask & np.asarray(stored["in/det_cmask"]).astype(bool)


def frames_of(stored: Any, good: NDArray[np.bool_]) -> NDArray[np.float32]:
    events = [stored[key] for key in sorted(stored.files) if key.startswith("in/evt")]
    return np.where(good, np.stack(events), np.float32(np.nan)).astype(np.float32)


@pytest.mark.parametrize("name", ["azav_2d", "azav_3d"])
def test_radial_averages_are_those_of_the_original(golden_dir: Path, name: str) -> None:
    stored = np.load(golden_dir / "smalldata" / f"{name}.npz")
    done = 0
    for case, parameters in cases(stored, "azimuthalBinning"):
        good = masked(stored, parameters.pop("userMask", None))
        feature = feature_from(
            FeatureSettings(kind="azimuthalBinning", compat=True, **_tuples(parameters)), view_of(stored, good)
        )
        frames = frames_of(stored, good)
        (values,) = values_of(feature, frames).values()
        label = parameters.get("name", "azav")
        expected = np.stack([stored[f"case/{case}/evt{event}/{label}_azav"] for event in range(len(frames))])
        assert_on_edges(values, expected, case)
        np.testing.assert_allclose(feature.config["qbins"], stored[f"case/{case}/cfg/qbins"], rtol=1e-9)  # type: ignore[attr-defined]
        done += 1
    assert done


def assert_on_edges(values: NDArray[np.float64], expected: NDArray[np.float64], case: str) -> None:
    """Equal, but for a few bins whose edge a pixel meets to the last bit (edge note of the README)."""
    assert values.shape == expected.shape, case
    close = np.isclose(values, expected, rtol=RTOL["azav"], atol=1e-6, equal_nan=True)
    assert (~close).sum() <= 2 * len(values), (case, np.argwhere(~close)[:5], values[~close][:5], expected[~close][:5])


@pytest.mark.parametrize("name", ["roi_2d", "roi_3d"])
def test_rectangles_give_what_the_original_gives(golden_dir: Path, name: str) -> None:
    stored = np.load(golden_dir / "smalldata" / f"{name}.npz")
    meta, done = json.loads(str(stored["meta"]))["cases"], 0
    for case, parameters in cases(stored, "ROIFunc"):
        if meta[case]["inputs"] == "nan_evt" or "addNsat" in str(meta[case]["params"][2:]):
            continue
        unmasked = "without mask" in meta[case]["notes"]
        good = masked(stored, parameters.pop("userMask", None)) | unmasked
        feature = feature_from(FeatureSettings(kind="ROIFunc", compat=True, **_tuples(parameters)), view_of(stored, good))
        frames = frames_of(stored, good)
        label = feature.gives[0].name.removeprefix("det/").rpartition("_")[0]
        for field, values in values_of(feature, frames).items():
            key = field.rpartition("_")[2]
            for event in range(len(frames)):
                expected = stored[f"case/{case}/evt{event}/{label}_{key}"]
                if key == "area":
                    inside = ~np.isnan(values[event])
                    np.testing.assert_allclose(values[event][inside], expected[inside], rtol=1e-6, err_msg=case)
                else:
                    np.testing.assert_allclose(values[event], expected, rtol=RTOL["roi"], err_msg=f"{case} {field}")
                done += 1
    assert done


def _tuples(parameters: dict[str, Any]) -> dict[str, Any]:
    """Parameters as the settings file would give them; the default names stay away."""
    return {key: value for key, value in parameters.items() if value is not None}
