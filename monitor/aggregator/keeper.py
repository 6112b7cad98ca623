"""Carries out the store's orders beside the loop, so that a slow disk delays acknowledgements and never the stream."""

import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from monitor.aggregator.instruction import Commit, Config, Configure, FinishRun, OpenRun, StoreOrder
from monitor.store.face import RunStore
from monitor.store.trouble import NoSpace

log = logging.getLogger(__name__)

RETRY_S = 2.0
"""How often it is tried again while the disk is nearly full."""

OpenStore = Callable[[OpenRun], RunStore]


class Keeper(Protocol):
    """Takes one order at a time."""

    waiting: str
    """Why an order has to wait, in words that do not change from try to try; empty if it need not."""

    def start(self, order: StoreOrder) -> None:
        """Begin to carry out an order; the one before is finished."""

    def finished(self) -> bool:
        """Whether the order is carried out; true once per order.

        Raises
        ------
        Unusable
            If the store could not do it.
        """

    def close(self) -> None:
        """Let go of the store; what is committed stays."""


class DirectKeeper:
    """Carries out each order at once, in the calling thread.

    Parameters
    ----------
    open_store
        Opens the file of a run.
    opened, finished
        Told when a file is open, and when one is closed for good, so that a restarted process knows where to go on.
    store
        The file that is open already, after a restart.
    """

    def __init__(
        self,
        open_store: OpenStore,
        *,
        on_open: Callable[[OpenRun], None] = lambda order: None,
        on_finish: Callable[[FinishRun], None] = lambda order: None,
        store: RunStore | None = None,
    ) -> None:
        self._open_store = open_store
        self._on_open = on_open
        self._on_finish = on_finish
        self._store = store
        self._done = False
        self._noted: Commit | None = None
        self.waiting = ""

    def start(self, order: StoreOrder) -> None:
        """Carry out an order."""
        self._carry_out(order)
        self._done = True

    def finished(self) -> bool:
        """True once after each order."""
        done, self._done = self._done, False
        return done

    def close(self) -> None:
        """Let go of the store; what is committed stays."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def _carry_out(self, order: StoreOrder) -> None:
        if isinstance(order, OpenRun):
            # The mark comes first: a file that is not marked would be in the way of the next process.
            self._on_open(order)
            self._store = self._open_store(order)
            return
        if self._store is None:
            raise RuntimeError(f"{type(order).__name__} without an open run")
        if isinstance(order, Configure):
            note = order.pipeline
            text = json.dumps(note.settings, indent=1)
            self._store.settings(note.version, text, first=note.first, author=note.author, time=note.time)
        elif isinstance(order, Config):
            self._store.config(order.version, order.arrays)
        elif isinstance(order, Commit):
            # An order that found no room comes again; its gaps are noted already.
            for absence in order.lost if order is not self._noted else ():
                self._store.lost(absence.first, absence.stop, absence.why)
            self._noted = order
            self._store.commit(order.rows, order.sums, stop=order.stop)
        else:
            self._store.finish(complete=order.complete, ledger=order.ledger)
            self._store = None
            self._on_finish(order)


class ThreadKeeper:
    """Carries out orders in a thread of its own; one for which the disk has no room is tried again until it has.

    Parameters
    ----------
    direct
        Does the work.
    clock
        Monotonic time in seconds.
    """

    def __init__(self, direct: DirectKeeper, clock: Callable[[], float] = time.monotonic) -> None:
        self._direct = direct
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._future: Future[None] | None = None
        self._order: StoreOrder | None = None
        self._again_at = 0.0
        self.waiting = ""

    def start(self, order: StoreOrder) -> None:
        """Begin to carry out an order."""
        self._order = order
        self._future = self._thread.submit(self._direct.start, order)

    def finished(self) -> bool:
        """Whether the order is carried out; true once per order; raises what the store raised."""
        if self._future is None:
            if self.waiting and self._order is not None and self._clock() >= self._again_at:
                self.start(self._order)
            return False
        if not self._future.done():
            return False
        future, self._future = self._future, None
        try:
            future.result()
        except NoSpace as error:
            if not self.waiting:
                log.error("no_space", extra={"why": str(error)})
            self.waiting = "waiting for room on the disk; nothing is written until there is some"
            self._again_at = self._clock() + RETRY_S
            return False
        if self.waiting:
            log.warning("space_again")
        self.waiting = ""
        return self._direct.finished()

    def close(self) -> None:
        """Wait for what is under way, then let go of the store."""
        self._thread.shutdown(wait=True)
        self._direct.close()
