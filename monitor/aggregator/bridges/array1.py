"""The array-1.0 messages that streamvis and other viewers of the Paul Scherrer Institute show: JSON header and raw image."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from pydantic import Field

from monitor.aggregator.dialect import DIALECTS, SocketDialect, frame_topics, options_of, require_frames
from monitor.aggregator.joined import Joined
from monitor.aggregator.json_text import plain
from monitor.errors import ConfigError
from monitor.settings import Bridge, Section
from monitor.wire.message import Message, Part

OWN_KEYS = ("htype", "type", "shape", "frame", "pulse_id", "detector_name", "timestamp", "is_good_frame")


class Options(Section):
    """Further keys of an array-1.0 bridge."""

    metadata: dict[str, str] = Field(default_factory=dict)
    """Key of the header (``laser_on``, ``number_of_spots``, ``beam_energy`` ...) to field of the rows."""


class Array1:
    """Makes array-1.0 messages."""

    def __init__(self, settings: Bridge) -> None:
        self._metadata = options_of(settings, Options).metadata
        require_frames(settings)
        if taken := [key for key in self._metadata if key in OWN_KEYS]:
            raise ConfigError(f"{taken[0]!r} is told already; choose another key", key=f"bridge.{settings.kind}.metadata")
        self._joined = Joined(tuple(self._metadata.values()))
        self._frames = 0
        self.topics = (*frame_topics(settings), *self._joined.topics)

    def translate(self, message: Message) -> Iterator[Sequence[Part]]:
        """One message per frame."""
        for detector, moment, image, values in self._joined.take(message):
            self._frames += 1
            header: dict[str, Any] = {
                "htype": "array-1.0",
                "type": image.dtype.name,
                "shape": list(image.shape),
                "frame": self._frames,
                "pulse_id": moment.seq,
                "detector_name": detector,
                "is_good_frame": True,
            }
            if moment.seconds >= 0:
                header["timestamp"] = [moment.seconds, moment.nanoseconds]
            header |= {key: plain(values[path]) for key, path in self._metadata.items() if path in values}
            little = np.ascontiguousarray(image, image.dtype.newbyteorder("<"))
            yield [json.dumps(header, allow_nan=False).encode(), little.reshape(-1).view(np.uint8).data]

    def lost(self) -> None:
        """Every message stands for itself."""


DIALECTS.add("array-1.0", SocketDialect(Array1, ("pub", "push"), queue=16))
