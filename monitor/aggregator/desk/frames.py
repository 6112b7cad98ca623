"""The newest frames of each detector, for who asks for some: bounded in number and in bytes."""

from collections import deque

import numpy as np

from monitor.errors import ProtocolError
from monitor.wire.message import Message

MOST_BYTES = 256 << 20


class KeptFrames:
    """Keeps frame messages.

    Parameters
    ----------
    most
        Frames of each detector.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._frames: dict[str, deque[Message]] = {}

    def add(self, message: Message) -> None:
        """Keep a frame that was published, unless it is the one that was kept last."""
        frames = self._frames.setdefault(message.topic.removeprefix("frame/"), deque(maxlen=self._most))
        if frames and frames[-1].header["seq"] == message.header["seq"]:
            return
        frames.append(message)
        while self._bytes() > MOST_BYTES and len(frames) > 1:
            frames.popleft()

    def newest(self, detector: str, last: int) -> Message:
        """The newest frames, oldest first: array ``image`` of shape (frames, rows, columns), ``seq`` of each.

        Raises
        ------
        ProtocolError
            If the detector is not known, naming those that are.
        """
        if detector not in self._frames:
            known = ", ".join(sorted(self._frames)) or "none so far; ask again in a moment"
            raise ProtocolError(f"no frame of {detector[:60]!r} is kept; detectors with frames: {known}")
        frames = [*self._frames[detector]][-max(1, last) :]
        shape = frames[-1].arrays["image"].shape
        frames = [frame for frame in frames if frame.arrays["image"].shape == shape]
        header = {"detector": detector, **{key: frames[-1].header.get(key) for key in ("unit", "rough")}}
        arrays = {
            "image": np.stack([frame.arrays["image"] for frame in frames]),
            "seq": np.array([frame.header["seq"] for frame in frames], np.int64),
        }
        return Message("frames", header, arrays)

    def _bytes(self) -> int:
        return sum(frame.arrays["image"].nbytes for frames in self._frames.values() for frame in frames)
