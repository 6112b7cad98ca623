"""CrystFEL's msgpack input (``indexamajig --zmq-input --data-format=msgpack --peaks=msgpack``): frames and peak lists.

Read by ``libcrystfel/src/image-msgpack.c``. It compares keys only up to the length of the message's key, so no key may be the
beginning of another one; and it reads a peak that is given by whole numbers as 0, so all of them are floats.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgpack
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from monitor.aggregator.dialect import DIALECTS, ROWS, SocketDialect, frame_topics, options_of
from monitor.aggregator.events import Moment, TableMaker, Value
from monitor.aggregator.joined import Joined
from monitor.errors import ConfigError
from monitor.settings import Bridge, Section
from monitor.wire.message import Message, Part

IMAGE, PEAKS = "image_data", "peak_list"
OWN_KEYS = (IMAGE, PEAKS, "seq", "unix_time")


class PeakFields(Section):
    """Fields that hold the peaks of an event, ragged or of fixed length, in pixels of the frame that is sent."""

    fs: str
    ss: str
    intensity: str


class Options(Section):
    """Further keys of a CrystFEL bridge."""

    peaks: PeakFields | None = None
    values: dict[str, str] = Field(default_factory=dict)
    """Key in the message to field of the rows, for the geometry file (``photon_energy = beam_energy eV``)."""


class CrystFel:
    """Makes CrystFEL messages: one per frame with the peaks of its event, or one per event with peaks alone."""

    def __init__(self, settings: Bridge) -> None:
        self._options = options_of(settings, Options)
        peaks, values = self._options.peaks, self._options.values
        if not settings.frames and peaks is None:
            raise ConfigError("name the detector in frames, or the peaks, or both", key=f"bridge.{settings.kind}.frames")
        _check_keys(settings, list(values))
        fields = (*values.values(), *((peaks.fs, peaks.ss, peaks.intensity) if peaks else ()))
        self._joined = Joined(fields) if settings.frames else None
        self._maker = TableMaker(fields, settings.every)
        self.topics = (*frame_topics(settings), *(self._joined.topics if self._joined else (ROWS,)))

    def translate(self, message: Message) -> Iterator[Sequence[Part]]:
        """One message per frame, or per event if there are no frames."""
        if self._joined is not None:
            for _, moment, image, values in self._joined.take(message):
                yield [self._packed(moment, values, image)]
            return
        for moment, values in self._maker.table(message).events():
            yield [self._packed(moment, values, None)]

    def lost(self) -> None:
        """Every message stands for itself."""

    def _packed(self, moment: Moment, values: dict[str, Value], image: NDArray[Any] | None) -> bytes:
        told: dict[str, Any] = {}
        if image is not None:
            small = image.astype("<i4" if image.dtype.kind in "iu" else "<f4", copy=False)
            told[IMAGE] = {"type": small.dtype.str, "shape": list(small.shape), "data": small.tobytes()}
        if (peaks := self._options.peaks) is not None:
            told[PEAKS] = {key: _floats(values.get(getattr(peaks, key))) for key in ("fs", "ss", "intensity")}
        for key, path in self._options.values.items():
            value = values.get(path)
            if isinstance(value, int | float):
                told[key] = float(value)
        told["seq"] = moment.seq
        if moment.seconds >= 0:
            told["unix_time"] = moment.time
        packed: bytes = msgpack.packb(told)
        return packed


def _floats(value: Value | None) -> list[float]:
    """Numbers of one event; none where the field is absent."""
    listed: list[float] = np.asarray([] if value is None else value, np.float64).reshape(-1).tolist()
    return listed


def _check_keys(settings: Bridge, keys: list[str]) -> None:
    """Refuse a key that is the beginning of another one, and one that is taken."""
    for key in keys:
        for other in (*OWN_KEYS, *(each for each in keys if each != key)):
            if not key or key.startswith(other) or other.startswith(key):
                why = f"{key!r} and {other!r} begin alike, and CrystFEL would take one for the other; choose another key"
                raise ConfigError(why, key=f"bridge.{settings.kind}.values")


DIALECTS.add("crystfel", SocketDialect(CrystFel, ("rep", "pub"), queue=64))
