"""Frames beside the rows of their own event: they come by different ways, either may be first. Pure."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any

from numpy.typing import NDArray

from monitor.aggregator.dialect import ROWS
from monitor.aggregator.events import Moment, TableMaker, Value, frame_of
from monitor.wire.message import Message

ROWS_KEPT = 4096
FRAMES_KEPT = 8

Both = tuple[str, Moment, NDArray[Any], dict[str, Value]]
"""Detector, event, image, and the values of the rows."""


class Joined:
    """Puts frames and values of the same event together.

    Parameters
    ----------
    fields
        Fields wanted; empty = frames alone, at once.
    """

    def __init__(self, fields: Sequence[str]) -> None:
        self._maker = TableMaker(fields) if fields else None
        self._values: OrderedDict[int, dict[str, Value]] = OrderedDict()
        self._frames: OrderedDict[tuple[str, int], tuple[Moment, NDArray[Any]]] = OrderedDict()
        self._newest = -1
        self.single = 0
        """Frames whose rows never came."""

    @property
    def topics(self) -> tuple[str, ...]:
        """Topics needed beside those of the frames."""
        return (ROWS,) if self._maker else ()

    def take(self, message: Message) -> Iterator[Both]:
        """Frames that are complete with this message.

        Raises
        ------
        ProtocolError
            If the message breaks the rules.
        """
        if message.topic == ROWS:
            yield from self._take_rows(message)
        elif message.topic.startswith("frame/"):
            yield from self._take_frame(message)

    def _take_rows(self, message: Message) -> Iterator[Both]:
        if self._maker is None:
            return
        for moment, values in self._maker.table(message).events():
            self._values[moment.seq] = values
            self._newest = moment.seq
        while len(self._values) > ROWS_KEPT:
            self._values.popitem(last=False)
        for detector, seq in [key for key in self._frames if key[1] <= self._newest]:
            moment, image = self._frames.pop((detector, seq))
            if seq in self._values:
                yield detector, moment, image, self._values[seq]
            else:
                self.single += 1

    def _take_frame(self, message: Message) -> Iterator[Both]:
        detector, moment, image = frame_of(message)
        if self._maker is None:
            yield detector, moment, image, {}
        elif moment.seq in self._values:
            yield detector, moment, image, self._values[moment.seq]
        else:
            self._frames[detector, moment.seq] = moment, image
            while len(self._frames) > FRAMES_KEPT:
                self._frames.popitem(last=False)
                self.single += 1
