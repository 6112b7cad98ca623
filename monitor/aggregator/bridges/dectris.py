"""DECTRIS stream v2: frames as CBOR, a series per run, for viewers that read a detector's own stream."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.aggregator.dialect import DIALECTS, SocketDialect, frame_topics, options_of, require_frames
from monitor.aggregator.events import Moment, frame_of
from monitor.settings import Bridge, Section
from monitor.wire import cbor, checked
from monitor.wire.message import Message, Part

SECOND = 10**9
UNKNOWN = [0, 1]
"""A time that nobody tells, as a rational number."""


class Options(Section):
    """There are no further keys."""


class Dectris:
    """Makes start, image and end messages. A start is told again when a message found no taker, so that late clients get one."""

    def __init__(self, settings: Bridge) -> None:
        options_of(settings, Options)
        require_frames(settings)
        self._channels = settings.frames
        self._run = 0
        self._experiment = ""
        self._shape: tuple[int, ...] = ()
        self._started_at: int | None = None
        self._image = 0
        self.topics = ("run", "end", *frame_topics(settings))

    def translate(self, message: Message) -> Iterator[Sequence[Part]]:
        """One message per frame; a start before the first one of a run, an end after the last."""
        if message.topic in ("run", "end"):
            yield from self._end()
            if message.topic == "run":
                self._run, self._experiment = checked.integer(message, "run"), checked.text(message, "experiment")
        elif message.topic.startswith("frame/"):
            yield from self._frame(*frame_of(message), str(message.header.get("unit", "")))

    def lost(self) -> None:
        """Whoever comes next has heard no start."""
        self._started_at = None

    def _frame(self, detector: str, moment: Moment, image: NDArray[Any], unit: str) -> Iterator[Sequence[Part]]:
        now = max(0, moment.seconds) * SECOND + max(0, moment.nanoseconds)
        if self._started_at is None or image.shape != self._shape:
            self._started_at, self._shape = now, image.shape
            yield [cbor.packed(self._start(image, unit))]
        since = [max(0, now - (self._started_at or now)), SECOND]
        self._image += 1
        told = {
            "type": "image",
            **self._series(),
            "image_id": self._image - 1,
            "real_time": UNKNOWN,
            "start_time": since,
            "stop_time": since,
            "user_data": {"seq": moment.seq, "time": moment.time if moment.seconds >= 0 else None, "fiducials": moment.fiducials},
            "data": {detector: image},
        }
        yield [cbor.packed(told)]

    def _start(self, image: NDArray[Any], unit: str) -> dict[str, Any]:
        rows, columns = image.shape
        return {
            "type": "start",
            **self._series(),
            "channels": list(self._channels),
            "image_dtype": np.dtype(image.dtype).name,
            "image_size_x": columns,
            "image_size_y": rows,
            "user_data": {"experiment": self._experiment, "run": self._run, "unit": unit},
        }

    def _end(self) -> Iterator[Sequence[Part]]:
        if self._started_at is not None:
            yield [cbor.packed({"type": "end", **self._series()})]
        self._started_at, self._image = None, 0

    def _series(self) -> dict[str, Any]:
        return {"series_id": self._run, "series_unique_id": f"{self._experiment}_Run{self._run:04d}"}


DIALECTS.add("dectris", SocketDialect(Dectris, ("push",), queue=16))
