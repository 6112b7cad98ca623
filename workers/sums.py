"""Run sums of frames as the settings name them (small-data ``Sums/<det>_<algorithm>``).

An algorithm is words joined by underscores, carried out in this order whatever their order in the name: ``thresADU<x>`` (values
below x become 0), ``nhits`` (values above 0 become 1, the others stay), ``square``, ``img`` (assembled image). ``max`` takes the
largest value of each pixel instead of the sum, ``std`` its standard deviation. ``dropped`` counts only shots without X-rays,
``skipFirst`` leaves out the first event of the source. ``calib`` says nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.model.sums import Sums, SumState
from monitor.running import split_name, state_of, state_of_chosen
from monitor.running.split import REST

WORDS = ("calib", "nhits", "square", "img", "max", "std", "dropped", "skipFirst", "thresADU<x>")
_THRESHOLD = re.compile(r"thresADU(?P<value>-?[0-9]+(\.[0-9]*)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Algorithm:
    """What one word of the setting ``sums`` asks for; see the module.

    Attributes
    ----------
    name
        As in the settings.
    kind
        Running statistic.
    threshold
        Values below become 0; None = none.
    """

    name: str
    kind: str
    threshold: float | None
    hits: bool
    square: bool
    image: bool
    dropped: bool
    skip_first: bool

    @property
    def plain(self) -> bool:
        """Whether frames are added up as they are."""
        return self.threshold is None and not (self.hits or self.square or self.image)

    def prepared(self, frames: NDArray[np.float32], index: NDArray[np.int32]) -> NDArray[np.float32]:
        """What is to be added up; the frames themselves if there is nothing to do. NaN stays NaN.

        Parameters
        ----------
        frames
            Shape (events, ...); not changed.
        index
            Number of the frame's pixel at each place of the image, -1 = none.
        """
        values = frames
        if self.threshold is not None:
            values = np.where(values < np.float32(self.threshold), np.float32(0), values)
        if self.hits:
            values = np.where(values > 0, np.float32(1), values)
        if self.square:
            values = values * values
        if self.image:
            values = np.where(index >= 0, values.reshape(len(values), -1)[:, np.maximum(index, 0)], np.float32(np.nan))
        return values


def algorithm_from(name: str, *, key: str = "sums") -> Algorithm:
    """An algorithm by its name.

    Raises
    ------
    ConfigError
        Naming the word that is not known and the nearest that is.
    """
    words = name.split("_")
    threshold = None
    for word in words:
        found = _THRESHOLD.fullmatch(word)
        if found:
            threshold = float(found["value"])
        elif word not in WORDS[:-1]:
            close = get_close_matches(word, WORDS, n=1, cutoff=0.4)
            text = f"there is no sum {name!r}: {word!r} is none of {', '.join(WORDS)}"
            raise ConfigError(text, key=key, nearest=close[0] if close else "")
    kind = "max_image" if "max" in words else "std_image" if "std" in words else "mean_image"
    return Algorithm(
        name=name,
        kind=kind,
        threshold=threshold,
        hits="nhits" in words,
        square="square" in words,
        image="img" in words,
        dropped="dropped" in words,
        skip_first="skipFirst" in words,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Shots:
    """What sums know of the events at hand.

    Attributes
    ----------
    light
        Which are of each light state, shape (events,); no event is of two.
    dropped
        Which are without X-rays, shape (events,).
    first
        Which is the first of the source, shape (events,).
    """

    light: Mapping[str, NDArray[np.bool_]]
    dropped: NDArray[np.bool_]
    first: NDArray[np.bool_]


def sums_of(
    detector: str, algorithms: tuple[Algorithm, ...], frames: NDArray[np.float32], shots: Shots, index: NDArray[np.int32]
) -> Sums:
    """Sums of these events alone, each event under its light state (see ``monitor.running.split``).

    Parameters
    ----------
    frames
        Shape (events, ...); NaN = bad. The sums may be views of them.
    """
    sums = {}
    for algorithm in algorithms:
        for state, chosen in _states(algorithm, shots, len(frames)).items():
            if chosen.any():
                sums[split_name(f"{detector}_{algorithm.name}", state)] = _sum_of(
                    algorithm, frames, np.flatnonzero(chosen), index
                )
    return sums


def _sum_of(algorithm: Algorithm, frames: NDArray[np.float32], places: NDArray[np.int64], index: NDArray[np.int32]) -> SumState:
    """The sum of the frames at these places, at least one."""
    if algorithm.plain:
        return state_of_chosen(algorithm.kind, frames, places)
    return state_of(algorithm.kind, algorithm.prepared(frames[places], index))


def _states(algorithm: Algorithm, shots: Shots, count: int) -> dict[str, NDArray[np.bool_]]:
    """Events that count, by the state under which they are added up."""
    counts = ~shots.first if algorithm.skip_first else np.ones(count, bool)
    if algorithm.dropped:
        return {REST: counts & shots.dropped}
    rest = counts.copy()
    states = {}
    for state, lit in shots.light.items():
        states[state] = counts & lit
        rest &= ~lit
    return {**states, REST: rest}
