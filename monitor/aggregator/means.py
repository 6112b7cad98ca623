"""Running sums as images to look at: of the present run, of its present step, and since somebody had them begin anew."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.aggregator.epoch import MergeSums
from monitor.aggregator.frames import Frames, Wanted
from monitor.aggregator.since import Since
from monitor.model.sums import Sums, SumState
from monitor.running import on_off, value
from monitor.wire.message import Message

PAUSE_S = 1.0
RUN, STEP, SINCE = "sum", "step_sum", "since_sum"
ALGORITHM = "calib"
"""Statistics are named ``<detector>_<algorithm>``; the algorithm begins with this word unless the detector is known."""


class Means:
    """Sums of the present run and step, and which of them should be shown again.

    The sums since somebody had them begin anew stand beside those of the run, which go on untouched.

    Parameters
    ----------
    merge
        Merges two sets of sums into a new one.
    frames
        Knows the detectors, their units, and how their panels stand in an image.
    """

    def __init__(self, merge: MergeSums, frames: Frames) -> None:
        self._merge = merge
        self._frames = frames
        self.since: Since | None = None
        """From where on, if somebody had them begin anew in this run."""
        self._counted = 0
        """First event of the sums since then; later than they began anew if those before were lost with another process."""
        self._resumed = False
        self._before: tuple[int, int] = (-1, -1)
        """Run and step of the newest epoch that does not count since then."""
        self._sums: dict[str, Sums] = {RUN: {}, STEP: {}, SINCE: {}}
        self._of: dict[str, tuple[int, int]] = {RUN: (-1, -1), STEP: (-1, -1), SINCE: (-1, -1)}
        self._fresh: dict[tuple[str, str], None] = {}
        self._shown: dict[tuple[str, str], float] = {}

    def resume(self, run: int, sums: Sums, since: Since | None = None) -> None:
        """Go on from the sums in a file that was found; those since somebody had them begin anew count from the next event."""
        self._sums[RUN], self._of[RUN] = dict(sums), (run, 0)
        self.since, self._resumed = since, since is not None

    @property
    def of_run(self) -> tuple[int, Sums]:
        """The present run and its sums so far; never changed in place, so that another thread may keep them."""
        return self._of[RUN][0], self._sums[RUN]

    def begin(self, since: Since | None) -> None:
        """Sums beside those of the run begin anew, and those of the step; ``None``: there are none beside those of the run."""
        self.since, self._resumed = since, False
        for window in (SINCE,) if since is None else (SINCE, STEP):
            self._sums[window], self._of[window] = {}, (-1, -1)
            self._fresh = {key: None for key in self._fresh if key[0] != window}
            self._shown = {key: shown for key, shown in self._shown.items() if key[0] != window}

    def add(self, run: int, step: int, sums: Sums, wanted: Wanted = lambda topic: True, *, first: int = 0) -> None:
        """Take the sums of one epoch, which begins at ``first``; another run or step starts from nothing.

        Large sums cost time that rows wait for, so those of the step are kept only while somebody looks at them.
        """
        if self._of[RUN][0] not in (-1, run):
            self.begin(None)
        for window, key in self._windows(run, step, first):
            if window == STEP and not any(wanted(self.topic(STEP, name)) for name in sums):
                self._sums[STEP], self._of[STEP] = {}, (-1, -1)
                continue
            if self._of[window] != key:
                self._sums[window], self._of[window] = {}, key
            self._sums[window] = self._merge(self._sums[window], sums)
            self._fresh.update({(window, name): None for name, state in sums.items() if state.count})

    def _windows(self, run: int, step: int, first: int) -> list[tuple[str, tuple[int, int]]]:
        """Which sums an epoch belongs to, each with what it is the sum of."""
        if self.since is None or first < self.since.first:
            self._before = run, step
            return [(RUN, (run, 0))] if self.since is not None else [(RUN, (run, 0)), (STEP, (run, step))]
        if not self._sums[SINCE]:
            self._counted = first
            self.since = self.since if self._resumed else replace(self.since, first=first)
        return [(RUN, (run, 0)), (STEP, (run, step)), (SINCE, (run, 0))]

    def due(self, now: float, wanted: Wanted) -> Message | None:
        """The next image that changed, that somebody wants, and that was not shown within the last second.

        One at a time: assembling an image of some megapixels takes as long as handling many rows.
        """
        for key in self._fresh:
            window, name = key
            topic = self.topic(window, name)
            if wanted(topic) and now - self._shown.get(key, -np.inf) >= PAUSE_S:
                del self._fresh[key]
                self._shown[key] = now
                state = self._sums[window].get(name)
                return self._message(topic, name, state) if state is not None and state.count else None
        return None

    def show_again(self, prefix: str) -> None:
        """Somebody new looks at topics that begin like this."""
        for window, sums in self._sums.items():
            for name in sums:
                if self.topic(window, name).startswith(prefix):
                    self._fresh[(window, name)] = None
                    self._shown.pop((window, name), None)

    def topic(self, window: str, name: str) -> str:
        """``sum/<detector>/<algorithm>``, or the same under ``step_sum`` or ``since_sum``."""
        return f"{window}/" + "/".join(split_name(name, self._frames.detectors))

    def _message(self, topic: str, name: str, state: SumState) -> Message:
        """One mean image."""
        detector = split_name(name, self._frames.detectors)[0]
        index = None if state.kind == on_off.KIND else self._frames.index.get(detector)
        image = assembled(value(state), index)
        header: dict[str, Any] = {"count": state.count, "unit": self._frames.unit.get(detector, ""), "run": self._of[RUN][0]}
        if topic.startswith(STEP):
            header["step"] = self._of[STEP][1]
        cut = topic.startswith(STEP) and self._of[STEP] == self._before
        if self.since is not None and (cut or topic.startswith(SINCE)):
            header |= {**asdict(self.since), "first": self._counted, "begun": self.since.first}
        return Message("sum", header, {"image": image}, topic)


def split_name(name: str, detectors: Iterable[str]) -> tuple[str, str]:
    """Detector and algorithm of a statistic's name; detectors may have underscores themselves.

    >>> split_name("epix_2_calib_laser_on", ["epix"]), split_name("cspad_square", ["cspad"])
    (('epix_2', 'calib_laser_on'), ('cspad', 'square'))
    """
    before, word, after = name.partition(f"_{ALGORITHM}")
    if word:
        return before, ALGORITHM + after
    known = [detector for detector in detectors if name.startswith(f"{detector}_")]
    if known:
        longest = max(known, key=len)
        return longest, name[len(longest) + 1 :]
    return name, "value"


def assembled(values: NDArray[np.float64], index: NDArray[np.int32] | None) -> NDArray[np.float32]:
    """An image of values in the detector's own shape.

    Parameters
    ----------
    values
        Shape of one event; NaN = masked.
    index
        Image-shaped places in the flattened values, -1 = no pixel; ``None`` = not known.

    Returns
    -------
    numpy.ndarray
        Float32, NaN where there is no pixel. Without a fitting index the last axis are the columns and all others go below
        each other.
    """
    flat = values.reshape(-1).astype(np.float32)
    if index is not None and values.shape == index.shape:
        # An image already; of a single plain panel the index changes nothing.
        return flat.reshape(values.shape)
    if index is None or not flat.size or int(index.max(initial=-1)) >= flat.size:
        return flat.reshape(-1, values.shape[-1] if values.ndim else 1)
    return np.where(index >= 0, flat[np.maximum(index, 0)], np.float32("nan"))
