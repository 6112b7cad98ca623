"""How fast the features are: beside what the older tools took, and beside plain numpy measured in the same run."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import workers.bench_twin as twin
from monitor.plugins import load_folder
from monitor.settings import Feature as FeatureSettings
from workers.features.data import context_of
from workers.features.feature import FEATURES
from workers.features.tree import grown
from workers.features.view import View
from workers.trouble import Trouble

BATCH_BYTES = 8 << 20
"""Raw bytes of a batch, two a pixel, as the reader cuts it."""
BEYOND_CACHE = 160 << 20
SHORTEST_S, FEWEST = 0.15, 4
PHOTON_ADU, NOISE_ADU, BAD_SHARE = 154.0, 3.0, 0.002
PITCH_UM = 100.0

SUBJECTS = {"CsPad 2.3M": (32, 185, 388), "Jungfrau 1M": (2, 512, 1024), "Epix10ka2M": (16, 352, 384)}

Twin = Callable[[NDArray[np.float32]], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One line of the table.

    Attributes
    ----------
    text
        What is extracted.
    feature
        As in the settings file.
    photons
        Photons per pixel of the frames.
    threshold
        Pixels below are 0 in the frames; None = noise everywhere.
    original
        Milliseconds per event of the older tools: facts of smalldata_tools on a 2-core server CPU, one thread, by subject.
    twin
        The same in plain numpy, made for the view; None = there is none.
    """

    text: str
    feature: Mapping[str, Any]
    photons: float = 1e-3
    threshold: float | None = None
    original: tuple[float, float, float] | None = None
    twin: Callable[[View], Twin] | None = None


SPARSE: Mapping[str, Any] = {"kind": "sparsifyFunc"}
DROPLETS: Mapping[str, Any] = {"kind": "dropletFunc", "threshold": 5.0, "useRms": True, "feature": [SPARSE]}
PHOTONS: Mapping[str, Any] = {"kind": "photonFunc", "ADU_per_photon": PHOTON_ADU}
ONE_BY_ONE: Mapping[str, Any] = {
    **DROPLETS,
    "feature": [{"kind": "droplet2Photons", "aduspphot": PHOTON_ADU, "feature": [SPARSE]}],
}
RINGS: Mapping[str, Any] = {"kind": "azimuthalBinning", "center": [0.0, 0.0], "dis_to_sam": 80.0}
PROJECTIONS = [{"kind": "projectionFunc", "axis": 0}, {"kind": "projectionFunc", "axis": 1}]
RECTANGLE: Mapping[str, Any] = {"kind": "ROIFunc", "ROI": [[0, 1], [0, 100], [0, 200]], "feature": PROJECTIONS}
SPECTRUM: Mapping[str, Any] = {"kind": "spectrumFunc", "bins": [-50.0, 350.0, 2.0]}


def _rings(slices: int) -> Callable[[View], Twin]:
    return lambda view: twin.Rings(*view.places(), 500, slices)


CASES = (
    Case(text="sum and mean of a frame", feature={"kind": "wholeFrame"}, twin=lambda view: twin.totals),
    Case(text="azav 1 phi", feature=RINGS, original=(8.6, 3.9, 9.1), twin=_rings(1)),
    Case(text="azav 11 phi", feature={**RINGS, "phiBins": 11}, original=(8.5, 4.1, 9.0), twin=_rings(11)),
    Case(
        text="ROI full, statistics",
        feature={"kind": "ROIFunc"},
        original=(4.8, 4.4, 6.0),
        twin=lambda view: twin.statistics,
    ),
    Case(text="ROI full, thresholds", feature={"kind": "ROIFunc", "thresADU": [-2 * NOISE_ADU, 2 * NOISE_ADU]}),
    Case(
        text="ROI full, area only",
        feature={"kind": "ROIFunc", "writeArea": True, "calcPars": False},
        original=(0.3, 0.1, 0.5),
        twin=lambda view: twin.area,
    ),
    Case(
        text="ROI 100x200, 2 projections",
        feature=RECTANGLE,
        original=(0.4, 0.8, 0.4),
        twin=lambda view: twin.rectangle,
    ),
    Case(text="spectrum, 200 bins", feature=SPECTRUM, original=(73.3, 34.8, 73.8), twin=lambda view: twin.spectrum),
    Case(text="photons, 1e-3", feature=PHOTONS, original=(41.3, 21.0, 38.2)),
    Case(text="photons, 1e-2", feature=PHOTONS, photons=1e-2, original=(43.1, 21.8, 41.6)),
    Case(text="droplets, 1e-3", feature=DROPLETS, original=(183.4, 83.2, 177.7), twin=lambda view: twin.droplets),
    Case(
        text="droplets, 1e-2",
        feature=DROPLETS,
        photons=1e-2,
        original=(219.7, 101.2, 184.1),
        twin=lambda view: twin.droplets,
    ),
    Case(text="droplet2photon, 1e-3", feature=ONE_BY_ONE, original=(454.1, 177.6, 371.9)),
    Case(text="droplet2photon, 1e-2", feature=ONE_BY_ONE, photons=1e-2, original=(582.0, 201.1, 433.4)),
    Case(
        text="assemble image",
        feature={"kind": "imageFunc"},
        original=(24.1, 3.3, 15.7),
        twin=lambda view: twin.Assembled(view.image_index()),
    ),
    Case(
        text="sparsify, 0.1 % not 0",
        feature=SPARSE,
        threshold=5 * NOISE_ADU,
        original=(16.1, 5.7, 15.2),
        twin=lambda view: twin.bright_pixels,
    ),
    Case(text="peaks", feature={"kind": "peakFinder"}),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One feature on one detector.

    Attributes
    ----------
    ms
        Per event, of one thread.
    gigabytes_per_s
        Corrected pixels read, over that time.
    original_ms, plain_ms
        The older tools (facts), and plain numpy in this run; None = not known.
    """

    detector: str
    feature: str
    ms: float
    gigabytes_per_s: float
    original_ms: float | None
    plain_ms: float | None


def bench_features(names: Sequence[str] = (), *, plain: bool = True) -> list[Line]:
    """Measure the features that there are.

    Parameters
    ----------
    names
        Only lines whose detector or text contains one of these; empty = all.
    plain
        Measure plain numpy too, which takes most of the time.

    Raises
    ------
    ConfigError
        If a case does not fit its feature.
    """
    load_folder("workers.features")
    return [line for number, subject in enumerate(SUBJECTS) for line in _measured(number, subject, names, plain)]


def _measured(number: int, subject: str, names: Sequence[str], plain: bool) -> Iterator[Line]:
    shape = SUBJECTS[subject]
    view, known = _view(shape), {name for name, _ in FEATURES.items()}
    made: dict[tuple[float, float | None], NDArray[np.float32]] = {}
    for case in CASES:
        wanted = not names or any(name.lower() in f"{subject} {case.text}".lower() for name in names)
        if not wanted or not _kinds(case.feature) <= known:
            continue
        scene = (case.photons, case.threshold)
        frames = made.setdefault(scene, _frames(shape, *scene))
        branch = grown(FeatureSettings.model_validate(case.feature), view)
        seconds = seconds_of(_run_of(branch), frames) / frames.shape[1]
        other = seconds_of(case.twin(view), frames) / frames.shape[1] if plain and case.twin else None
        speed = math.prod(shape) * 4 / seconds / 1e9
        original = case.original[number] if case.original else None
        yield Line(subject, case.text, 1000 * seconds, speed, original, None if other is None else 1000 * other)


def _run_of(branch: Any) -> Twin:
    def run(frames: NDArray[np.float32]) -> None:
        trouble = Trouble()
        for _ in branch.run(frames, context_of(len(frames)), trouble):
            pass
        if trouble.counts:
            raise RuntimeError(f"the case raises: {dict(trouble.counts)}")

    return run


def _kinds(feature: Mapping[str, Any]) -> set[str]:
    return {feature["kind"]}.union(*(_kinds(child) for child in feature.get("feature", ())))


def _view(shape: tuple[int, int, int]) -> View:
    """Panels side by side in a square around the beam; noise and gain known, some pixels bad."""
    panels, rows, columns = shape
    wide = math.ceil(math.sqrt(panels))
    panel, row, column = np.unravel_index(np.arange(math.prod(shape)), shape)
    down, right = panel // wide * rows + row, panel % wide * columns + column
    index = np.full((math.ceil(panels / wide) * rows, wide * columns), -1, np.int32)
    index[down, right] = np.arange(math.prod(shape), dtype=np.int32)
    x, y = ((place - place.mean()).reshape(shape) * PITCH_UM for place in (right, down))
    good = np.random.default_rng(3).random(shape) >= BAD_SHARE
    ones = np.ones(shape, np.float32)
    whole = View(name="det", shape=shape, unit="ADU", good=good, x=x, y=y, index=index)
    return replace(whole, rms=ones * np.float32(NOISE_ADU), gain=ones)


def _frames(shape: tuple[int, ...], photons: float, threshold: float | None) -> NDArray[np.float32]:
    """Batches of corrected frames, shape (copies, events, *shape): noise and photons, NaN where bad; more than a cache holds."""
    random = np.random.default_rng(5)
    events = max(1, BATCH_BYTES // (2 * math.prod(shape)))
    batch = random.normal(0, NOISE_ADU, (events, *shape)).astype(np.float32)
    batch += np.float32(PHOTON_ADU) * random.poisson(photons, batch.shape).astype(np.float32)
    if threshold is not None:
        batch[batch < threshold] = 0
    batch[:, np.random.default_rng(3).random(shape) < BAD_SHARE] = np.nan
    copies = max(1, BEYOND_CACHE // batch.nbytes)
    return np.ascontiguousarray(np.broadcast_to(batch, (copies, *batch.shape)))


def seconds_of(run: Twin, batches: NDArray[np.float32]) -> float:
    """Least processor time of a call, each on a batch not touched for a while; other work on the machine does not count."""
    run(batches[0])
    best, began, calls = float("inf"), time.perf_counter(), 0
    while calls < FEWEST or time.perf_counter() - began < SHORTEST_S:
        start = time.thread_time()
        run(batches[calls % len(batches)])
        best = min(best, time.thread_time() - start)
        calls += 1
    return best
