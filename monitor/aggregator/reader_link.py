"""Whether the reader is there, and whether it is still the same one."""

SILENCE_S = 1.6
"""Without a word for this long (it reports every 0.5 s) the reader may have been restarted and not know us."""

REPEAT_S = 1.0


class ReaderLink:
    """Decides when to say hello. While the reader is silent nothing new is settled, so that what hello says stays true.

    Attributes
    ----------
    silent
        No word from the reader lately, or it asked who we are.
    session
        What the present reader calls itself; ``None`` before it said so.
    """

    def __init__(self) -> None:
        self.silent = True
        self.session: int | None = None
        self._heard = float("-inf")
        self._greeted = float("-inf")

    def heard(self, now: float) -> None:
        """The reader said something; as long as it was not greeted it may mean somebody who was here before."""
        self._heard = now
        self.silent = self._greeted == float("-inf")

    def asked(self) -> None:
        """The reader does not know us."""
        self.silent = True
        self._greeted = float("-inf")

    def hello_due(self, now: float, idle: bool) -> bool:
        """Whether to say hello now; only while nothing is on its way to the store (``idle``)."""
        self.silent = self.silent or now - self._heard > SILENCE_S
        if not self.silent or not idle or now - self._greeted < REPEAT_S:
            return False
        self._greeted = now
        return True

    def is_void(self, lease: int) -> bool:
        """Whether a lease was given by an earlier reader, so that its events may be others now."""
        return self.session is not None and lease < self.session

    def is_other(self, session: int) -> bool:
        """Whether this is another reader than before; what came before the first name is of no known one."""
        other = self.session != session
        self.session = session
        return other
