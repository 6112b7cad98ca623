"""Something the feed asks the service for once per occasion, and again while there is no answer."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future

from monitor.errors import ProtocolError, Unusable
from monitor.wire.message import Message

AGAIN_S = 2.0


class Question:
    """One kind of request.

    Parameters
    ----------
    ask
        Sends the request; its answer comes from another thread.
    take
        Takes the answer, in the thread that calls ``turn``; False if it came too early and has to be asked for again.
    """

    def __init__(self, ask: Callable[[], Future[Message]], take: Callable[[Message], bool]) -> None:
        self._ask = ask
        self._take = take
        self._asked: Future[Message] | None = None
        self._occasion: Hashable = None
        self._answered: Hashable = None
        self._at = float("-inf")
        self.failures = 0

    def turn(self, occasion: Hashable, now: float) -> bool:
        """Ask if this occasion has no answer yet; True if one was taken. ``None`` is no occasion."""
        if self._asked is not None:
            return self._asked.done() and self._answer(self._asked)
        if occasion is not None and occasion != self._answered and now >= self._at:
            self._at, self._occasion = now + AGAIN_S, occasion
            self._asked = self._ask()
        return False

    def _answer(self, asked: Future[Message]) -> bool:
        self._asked = None
        try:
            complete = self._take(asked.result())
        except (Unusable, ProtocolError):
            self.failures += 1
            return False
        finally:
            # The error knows this frame; with the future in it both would stay until the next search for garbage.
            del asked
        if complete:
            self._answered = self._occasion
        return True
