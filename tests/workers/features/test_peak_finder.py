from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from monitor.errors import ConfigError
from tests.support.features import all_values, branch, plain_view
from tests.support.features import settings as feature
from workers.features.data import Ragged, Values

SHAPE = (2, 256, 300)
LEAVES = ("tile", "row", "col")


def found(frames: NDArray[np.floating], **parameters: Any) -> dict[str, Values]:
    return all_values(branch(feature("peakFinder", **parameters), plain_view(frames.shape[1:])), frames)


def leaf(values: dict[str, Values], name: str) -> NDArray[np.float64]:
    ragged = values[f"det/var_peaks/{name}"]
    assert isinstance(ragged, Ragged)
    return ragged.values


def positions(values: dict[str, Values]) -> NDArray[np.float64]:
    return np.column_stack([leaf(values, name) for name in LEAVES])


def background(rng: np.random.Generator) -> NDArray[np.float64]:
    """A ring of water, in photons."""
    _, rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    ring: NDArray[np.float64] = 20 + 60 * np.exp(-(((np.hypot(rows - 100, columns - 120) - 90) / 40) ** 2))
    return ring


def planted(rng: np.random.Generator, count: int, height: float) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """A frame with noise and peaks of a height over it, some at the edges of a panel, at least 12 pixels apart."""
    level = background(rng)
    frame, places = level + rng.normal(0, 1, SHAPE) * np.sqrt(level), np.empty((0, 3))
    _, rows, columns = np.mgrid[:1, : SHAPE[1], : SHAPE[2]]
    while len(places) < count:
        place = np.array([rng.integers(SHAPE[0]), rng.uniform(0, SHAPE[1] - 1), rng.uniform(0, SHAPE[2] - 1)])
        place[1:] = np.round(place[1:])
        if (np.linalg.norm((places - place) * [1e6, 1, 1], axis=1) > 12).all():
            tile, row, column = int(place[0]), int(place[1]), int(place[2])
            spot = np.exp(-((rows[0] - row) ** 2 + (columns[0] - column) ** 2) / (2 * 0.9**2))
            frame[tile] += height * np.sqrt(level[tile, row, column]) * spot
            places = np.vstack([places, place])
    return frame.astype(np.float32), places


@pytest.mark.parametrize("height", [9.0, 20.0, 200.0])
def test_every_planted_peak_is_found_and_none_invented(height: float) -> None:
    frame, truth = planted(np.random.default_rng(11), 60, height)
    values = found(frame[None])
    places = positions(values)
    apart = np.linalg.norm((places[:, None] - truth[None]) * [1e6, 1, 1], axis=2)
    assert apart.shape == (60, 60)
    assert apart.min(axis=0).max() < 1.0
    assert values["det/peaks_nPeaks"] == [60]
    assert values["det/peaks_hit"] == [1]


def test_noise_alone_has_no_peak() -> None:
    rng = np.random.default_rng(2)
    level = background(rng)
    values = found(rng.poisson(level, (4, *SHAPE)).astype(np.float32))
    np.testing.assert_array_equal(values["det/peaks_nPeaks"], 0)  # type: ignore[arg-type]  # numbers, no lists
    np.testing.assert_array_equal(values["det/peaks_hit"], 0)  # type: ignore[arg-type]  # numbers, no lists


def test_figures_of_a_peak_are_those_of_plain_numpy() -> None:
    rng = np.random.default_rng(7)
    frame = rng.normal(50, 2, (40, 50))
    frame[18:21, 24:27] += [[0, 40, 0], [30, 120, 50], [0, 20, 0]]
    values = found(frame[None], r0=5.0, dr=2.0, nsigm=6.0, nsigm_low=4.0, min_peaks=1)
    rows, columns = np.mgrid[:40, :50]
    radius = np.hypot(rows - 19, columns - 25)
    ring = frame.astype(np.float32)[(radius >= 5) & (radius < 7)].astype(np.float64)
    ring = ring[ring <= ring.mean() + 3 * ring.std()]
    level, noise = ring.mean(), ring.std()
    labels, _ = ndimage.label(frame > level + 4 * noise)
    mine = (labels == labels[19, 25]) & (radius < 7)
    amplitude = np.where(mine, frame - level, 0)
    expected = {
        "npix": mine.sum(),
        "amp_max": amplitude.max(),
        "amp_tot": amplitude.sum(),
        "background": level,
        "noise": noise,
        "son": amplitude.sum() / noise / np.sqrt(mine.sum()),
        "row": (amplitude * rows).sum() / amplitude.sum(),
        "col": (amplitude * columns).sum() / amplitude.sum(),
    }
    for name, value in expected.items():
        np.testing.assert_allclose(leaf(values, name), [value], rtol=1e-5, err_msg=name)


def single(height: float = 100.0) -> NDArray[np.float32]:
    frame = np.random.default_rng(4).normal(0, 1, (30, 30)).astype(np.float32)
    frame[15, 15:17] += (height, height / 2)
    return frame


@pytest.mark.parametrize(
    "limit",
    [{"npix_min": 3}, {"npix_max": 1}, {"amax_thr": 120}, {"atot_thr": 180}, {"son_min": 200}, {"thr_high": 110}, {"nsigm": 200}],
    ids=lambda limit: next(iter(limit)),
)
def test_each_limit_leaves_a_peak_out(limit: dict[str, float]) -> None:
    npix = {"npix_min": 1} if "npix_max" in limit else {}
    assert found(single()[None])["det/peaks_nPeaks"] == [1]
    assert found(single()[None], **npix, **limit)["det/peaks_nPeaks"] == [0]


def test_bad_pixels_are_neither_peak_nor_background() -> None:
    frame = single()
    hot = frame.copy()
    hot[15, 21], hot[5, 5] = 5000, 5000
    bad = np.ones((30, 30), int)
    bad[15, 21] = bad[5, 5] = 0
    masked = found(hot[None], mask=bad.tolist())
    np.testing.assert_allclose(leaf(masked, "background"), leaf(found(frame[None]), "background"), atol=0.1)
    assert masked["det/peaks_nPeaks"] == [1]
    hot[15, 15:17] = np.nan
    assert found(hot[None], mask=bad.tolist())["det/peaks_nPeaks"] == [0]


def test_a_streak_is_no_peak_and_not_many() -> None:
    frame = np.random.default_rng(4).normal(0, 1, (60, 60)).astype(np.float32)
    frame[10:50, 30] += 100
    assert found(frame[None], npix_max=5)["det/peaks_nPeaks"] == [0]


def test_limits_that_contradict_are_refused_at_start() -> None:
    with pytest.raises(ConfigError, match="npix_min"):
        found(single()[None], npix_min=9, npix_max=3)
    with pytest.raises(ConfigError, match="ring"):
        found(single()[None], r0=1.0, dr=0.1)
