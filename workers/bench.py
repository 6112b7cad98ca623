"""How fast the chains are: each step and the whole, against a copy of the same bytes and against plain numpy, in one run."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from monitor.plugins import load_folder
from workers.corrections.bench_plain import plain_chain
from workers.corrections.common_mode.algorithm import Situation
from workers.corrections.common_mode.choice import Choice, corrector_for
from workers.corrections.gain_switch import multiply, subtract_dark
from workers.corrections.level import multiply_gain, readonly, subtract_pedestal
from workers.corrections.prepared import Prepared, prepare
from workers.corrections.tile import Tiles
from workers.detectors.area import AREAS, AreaFamily, Layout, stacked_arrangement
from workers.kernel import kernel

BATCH_BYTES = 8 << 20
"""Raw bytes of a batch, as the reader cuts it."""
BEYOND_CACHE = 256 << 20
"""Raw and corrected bytes that are gone through before the same batch comes again, so that none is found in a cache."""
SHORTEST_S, FEWEST = 0.2, 5
SWITCHED, SPOT = 0.005, 128
"""Share of the pixels that are in another range, and how many of them lie side by side in a spot."""
WITHOUT = 80
"""Number that has all steps of an Epix10ka and no common mode, and of the others too."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A detector to measure."""

    name: str
    family: str
    shape: tuple[int, ...]
    dtype: str
    numbers: tuple[int, ...]


SUBJECTS = (
    Subject("CsPad 2.3M", "cspad", (32, 185, 388), "<i2", (1, 5)),
    Subject("Jungfrau 1M", "jungfrau", (2, 512, 1024), "<u2", (71, 72, 7)),
    Subject("Jungfrau 4M", "jungfrau", (8, 512, 1024), "<u2", (71, 7)),
    Subject("Epix10ka2M", "epix10ka", (16, 352, 384), "<u2", (84, 85)),
    Subject("Epix100a", "epix100", (704, 768), "<u2", (6, 4)),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One step of one detector.

    Attributes
    ----------
    ms
        Per event, of frames that no cache holds, as in service.
    gigabytes_per_s
        Raw bytes in and float32 out, over that time.
    of_copy
        That time in units of the copy of the same bytes: raw pixels to float32, nothing else.
    cached_ms, of_cached_copy
        The same where step and copy are given one batch again and again, which is then found in a cache, or most of it.
    """

    detector: str
    step: str
    ms: float
    gigabytes_per_s: float
    of_copy: float
    cached_ms: float
    of_cached_copy: float


def bench_corrections(names: Sequence[str] = (), *, plain: bool = True) -> list[Line]:
    """Measure the chains.

    Parameters
    ----------
    names
        Only detectors whose name contains one of these; empty = all.
    plain
        Measure the numpy twin too, which takes seconds.
    """
    load_folder("workers.detectors")
    chosen = [subject for subject in SUBJECTS if not names or any(name.lower() in subject.name.lower() for name in names)]
    return [line for subject in chosen for line in _lines(subject, plain)]


class _Scene:
    """A batch of raw frames of one detector with constants: noise, photons, and where there are ranges some pixels in each.

    Parameters
    ----------
    subject
        The detector.
    spot
        Neighbouring pixels that change their range together.
    """

    def __init__(self, subject: Subject, spot: int) -> None:
        random = np.random.default_rng(7)
        self.family: AreaFamily = AREAS.get(subject.family)
        shape, gain = subject.shape, self.family.gain
        self.events = max(1, BATCH_BYTES // (int(np.prod(shape)) * 2))
        ranges = 1 if gain is None else gain.ranges or gain.planes
        sized = (ranges, *shape) if ranges > 1 else shape
        self.constants = {
            "pedestals": random.normal(1000, 30, sized).astype(np.float32),
            "pixel_gain": random.normal(40 if ranges > 1 else 1, 0.5, sized).astype(np.float32),
            "pixel_rms": np.full(shape, 4, np.float32),
        }
        self.good = random.random(shape) > 0.01
        first = self.constants["pedestals"].reshape(-1, *shape)[0]
        raw = first + random.normal(5, 4, (self.events, *shape)) + 200.0 * (random.random((self.events, *shape)) < 0.01)
        self.raw = raw.astype(subject.dtype)
        if gain is not None:
            spots = self.raw.reshape(-1, spot)
            spots[random.random(len(spots)) < SWITCHED] |= 1 << gain.shift
        few = None if not ranges > 3 else np.stack([np.zeros(shape, np.int8), np.full(shape, 5, np.int8)])
        panels = shape[0] if len(shape) == 3 else 1
        self.layout = Layout(
            shape=shape,
            like=np.empty(0, subject.dtype),
            panels=lambda payloads: np.empty((len(payloads), panels), np.int64),
            arrangement=lambda: stacked_arrangement(panels, *shape[-2:]),
            gain_map=few,
            common_mode_good=(0, 1, 3, 4) if ranges > 3 else (0,) if ranges > 1 else (),
        )
        size = self.layout.pixels * self.raw.itemsize
        self.offsets = np.arange(self.events * panels, dtype=np.int64).reshape(self.events, panels) * size
        one = self.raw.reshape(-1).view(np.uint8)
        copies = max(1, BEYOND_CACHE // (3 * one.nbytes))
        self.buffers = np.tile(one, (copies, 1))
        self.outs = np.zeros((copies, self.events, panels, self.layout.pixels), np.float32)

    def tiles(self, number: int) -> Tiles:
        """The chain with this common mode."""
        panels = (self.layout.panel_count, self.layout.shape[-2], self.layout.shape[-1])
        family = next(name for name, declared in AREAS.items() if declared is self.family)
        situation = Situation(shape=panels, family=family, constants=self.constants)
        corrector = None if number == WITHOUT else corrector_for(Choice(number), situation)
        prepared = prepare(self.layout, self.family, self.constants, self.good, number)
        return Tiles(prepared, panels, self.layout.like, corrector)


Step = Callable[[NDArray[np.uint8], NDArray[np.float32]], object]
"""Something to measure: raw bytes in, corrected frames out."""


def _lines(subject: Subject, plain: bool) -> list[Line]:
    if AREAS.get(subject.family).gain is None:
        return _measure(subject.name, subject, _Scene(subject, 1), plain)
    return [
        *_measure(f"{subject.name}, bright spots", subject, _Scene(subject, SPOT), plain),
        *_measure(f"{subject.name}, switched pixels anywhere", subject, _Scene(subject, 1), False),
    ]


def _measure(name: str, subject: Subject, scene: _Scene, plain: bool) -> list[Line]:
    moved = (scene.raw.nbytes + scene.outs[0].nbytes) / scene.events
    lines: list[Line] = []
    for step, run in _steps(subject, scene, plain):
        ms, cached = (1000 * seconds_of(run, scene, batches) / scene.events for batches in (len(scene.buffers), 1))
        copy = lines[0] if lines else None
        of_copy, of_cached = (1.0, 1.0) if copy is None else (ms / copy.ms, cached / copy.cached_ms)
        lines.append(Line(name, step, ms, moved / ms / 1e6, of_copy, cached, of_cached))
    return lines


def _steps(subject: Subject, scene: _Scene, plain: bool) -> Iterator[tuple[str, Step]]:
    """The copy comes first: the others are compared with it."""
    prepared = prepare(scene.layout, scene.family, scene.constants, scene.good, WITHOUT)
    yield "copy", lambda buffer, out: copy_pixels(readonly(buffer).view(subject.dtype), out.reshape(-1))
    fused = scene.tiles(WITHOUT)
    yield "pedestal, gain, mask in one pass", partial(_run, fused, scene.offsets)
    yield from _halves(scene, prepared)
    for number in subject.numbers:
        tiles = scene.tiles(number)
        yield f"with common mode {number}", partial(_run, tiles, scene.offsets)
    if plain:
        yield "plain numpy, without common mode", lambda buffer, out: plain_chain(scene.raw, prepared)


def _run(tiles: Tiles, offsets: NDArray[np.int64], buffer: NDArray[np.uint8], out: NDArray[np.float32]) -> None:
    tiles.run([buffer], np.zeros(len(offsets), np.int64), offsets, out, {})


def _halves(scene: _Scene, prepared: Prepared) -> Iterator[tuple[str, Step]]:
    flat, code = (len(prepared.dark), *scene.outs.shape[-2:]), prepared.code
    dark, factor = (np.ascontiguousarray(array.reshape(flat)) for array in (prepared.dark, prepared.factor))
    if code is None:
        yield "pedestal", lambda buffer, out: subtract_pedestal(buffer, scene.offsets, scene.layout.like, dark[0], out)
        yield "gain and mask", lambda buffer, out: multiply_gain(factor[0], out)
        return
    planes = np.zeros(scene.outs.shape[1:], np.uint8)
    yield "pedestal", lambda buffer, out: subtract_dark(buffer, scene.offsets, code, dark, out, planes)
    yield "gain and mask", lambda buffer, out: multiply(planes, factor, out)


def seconds_of(run: Step, scene: _Scene, batches: int) -> float:
    """Least processor time of a call, with so many batches in turn; other work on the machine does not count."""
    best, began = float("inf"), time.perf_counter()
    run(scene.buffers[0], scene.outs[0])
    calls = 0
    while calls < FEWEST or time.perf_counter() - began < SHORTEST_S:
        place = calls % batches
        start = time.thread_time()
        run(scene.buffers[place], scene.outs[place])
        best = min(best, time.thread_time() - start)
        calls += 1
    return best


@kernel
def copy_pixels(raw: NDArray[np.generic], out: NDArray[np.float32]) -> None:
    """Raw pixels as float32, both of one shape (pixels,): the least that any chain does."""
    for i in range(len(raw)):
        out[i] = raw[i]
