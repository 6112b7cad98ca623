"""The newest frame of each detector, shown a few times a second to whoever looks."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.wire.message import Message
from monitor.wire.rows import Reduced

Wanted = Callable[[str], bool]


@dataclass(slots=True)
class _Newest:
    """The newest frame of one detector, and when one was shown last."""

    message: Message
    seq: int
    fresh: bool = True
    shown: float = -np.inf


class Frames:
    """Keeps one frame per detector; what comes faster than it is shown is passed over.

    Parameters
    ----------
    rate
        Most frames per second and detector.
    """

    def __init__(self, rate: float) -> None:
        self._pause_s = 1.0 / rate
        self._newest: dict[str, _Newest] = {}
        self.index: dict[str, NDArray[np.int32]] = {}
        self.unit: dict[str, str] = {}

    @property
    def detectors(self) -> list[str]:
        """Detectors of which a frame has come."""
        return list(self.unit)

    def add(self, reduced: Reduced, events: int) -> None:
        """Keep the frames that came with rows, if they are newer than what is kept; ``events`` were processed so far."""
        for name, frame in reduced.frames.items():
            if frame.index is not None:
                self.index[name] = frame.index
            self.unit[name] = frame.unit
            known = self._newest.get(name)
            if known is not None and known.seq >= frame.seq:
                continue
            header = {
                "seq": frame.seq,
                "unit": frame.unit,
                "rough": frame.rough,
                "events": events,
                **_identity(reduced, frame.seq),
            }
            message = Message("frame", header, {"image": frame.image}, f"frame/{name}")
            self._newest[name] = _Newest(message, frame.seq, shown=known.shown if known else -np.inf)

    def due(self, now: float, wanted: Wanted) -> list[Message]:
        """Frames to be shown now: new ones, wanted by somebody, not sooner after the last than the rate allows."""
        messages = []
        for entry in self._newest.values():
            if entry.fresh and now - entry.shown >= self._pause_s and wanted(entry.message.topic):
                entry.fresh, entry.shown = False, now
                messages.append(entry.message)
        return messages

    def show_again(self, prefix: str) -> None:
        """Somebody new looks at topics that begin like this: show him the newest frame even if others saw it."""
        for entry in self._newest.values():
            entry.fresh = entry.fresh or entry.message.topic.startswith(prefix)

    def restart(self) -> None:
        """Another run: its events are newer than anything kept, whatever their number."""
        for entry in self._newest.values():
            entry.seq = -1


def _identity(reduced: Reduced, seq: int) -> dict[str, int]:
    """Time and fiducials of the event a frame belongs to; empty if it is not among the rows it came with."""
    rows = reduced.rows
    if not rows.first <= seq < rows.stop:
        return {}
    return {name: int(rows.columns[name].values[seq - rows.first]) for name in ("event_time", "fiducials")}
