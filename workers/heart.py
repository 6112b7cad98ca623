"""Signs of life while a batch is being worked on, however long it takes."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

BEAT_S = 0.5
TURN_S = 0.1


class Heart:
    """Calls ``beat`` about every half second: from the loop while that turns, from a thread of its own while it does not.

    Parameters
    ----------
    beat
        Sends the heartbeat. It is only ever called with ``lock`` held.
    lock
        Held by the loop whenever it uses the socket that ``beat`` uses: a socket may change threads, but not be shared.
    clock
        Monotonic time in seconds.
    """

    def __init__(self, beat: Callable[[], None], lock: threading.Lock, clock: Callable[[], float] = time.monotonic) -> None:
        self._beat = beat
        self._lock = lock
        self._clock = clock
        self._last = float("-inf")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heart", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def beat_if_due(self) -> None:
        """Send a heartbeat if the last one is half a second old; the caller holds the lock."""
        now = self._clock()
        if now - self._last >= BEAT_S:
            self._last = now
            self._beat()

    def _run(self) -> None:
        while not self._stop.wait(TURN_S):
            # Without waiting: while the loop holds the lock it turns, and beats by itself.
            if self._lock.acquire(blocking=False):
                try:
                    self.beat_if_due()
                finally:
                    self._lock.release()
