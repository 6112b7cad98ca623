"""All that pictures need in the dashboard's process, joined: what is known of detectors, the gallery, the hub, the channel."""

import asyncio
import time
from typing import Any

import numpy as np
from tornado.ioloop import IOLoop

from dashboards.heard import Heard
from dashboards.pictures.book import Book
from dashboards.pictures.channel import PATH, Channel, Reading
from dashboards.pictures.gallery import Gallery
from dashboards.pictures.hub import Hub
from dashboards.pictures.reading import Reader
from dashboards.reduce.picture import levels, percentile_limits, windowed
from monitor.settings import Settings

PERIOD_S = 0.25
"""How often the hub looks by itself: for maps that came, for browsers that are hidden. New pictures wake it."""


class Office:
    """Serves pictures of one feed.

    Parameters
    ----------
    feed, settings
        Of the dashboard.
    """

    def __init__(self, feed: Heard, settings: Settings) -> None:
        self.book = Book(lambda: feed.snapshot, feed.detector)
        self.gallery = Gallery(self.book.get)
        self._loop: IOLoop | None = None
        self.hub = Hub(lambda: feed.snapshot, self.gallery, feed, self._later)
        self._reader = Reader(lambda: feed.snapshot, settings, self.book.get)
        self._leave = False
        self._woken = False

    @property
    def read(self) -> Reading:
        """What is to be said about the place under the mouse."""
        return self._reader.read

    def routes(self) -> list[tuple[Any, ...]]:
        """Where browsers find the channel."""
        return [(PATH, Channel, {"hub": self.hub, "reading": self._reader.read})]

    def start(self, loop: IOLoop) -> None:
        """Serve in this loop; kernels are made ready first."""
        self._loop = loop
        warm_up()
        loop.add_callback(self._run)

    def wake(self) -> None:
        """A picture came; called from the feed's thread."""
        if not self._woken and len(self.hub):
            self._woken = True
            self._later(self._step)

    def close(self) -> None:
        """Serve no more."""
        self._leave = True
        self.gallery.close()

    async def _run(self) -> None:
        """Look for new pictures while there is somebody who looks."""
        while not self._leave:
            self._step()
            await asyncio.sleep(PERIOD_S)

    def _step(self) -> None:
        """Send what is new, in the loop."""
        self._woken = False
        if len(self.hub):
            self.hub.step(time.monotonic())

    def _later(self, action: Any) -> None:
        """Run a function in the loop, from the gallery's thread."""
        if self._loop is not None and not self._leave:
            self._loop.add_callback(action)


def warm_up() -> None:
    """Have the kernels ready for frames as they come, which nobody may write to, and for pictures made here."""
    for writeable in (False, True):
        image = np.zeros((2, 2), np.float32)
        image.flags.writeable = writeable
        window = windowed(image, None, (2, 2))
    levels(window.values, 0.0, 1.0, "linear")
    levels(window.values, 1.0, 2.0, "log")
    for low, high in ((0, 100), (1, 99)):
        percentile_limits(window.values, low, high)
