"""Who still needs a piece of held memory: counted claims, so that it is given back exactly once."""

from collections.abc import Iterable

from monitor.reader.dispatch.instruction import Instruction, Release


class Claims:
    """Number of claims per token; a token that nobody claims any more is released."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._open: set[int] = set()

    def take(self, tokens: Iterable[int]) -> None:
        """One claim more on each token."""
        for token in tokens:
            self._counts[token] = self._counts.get(token, 0) + 1

    def drop(self, tokens: Iterable[int]) -> list[Instruction]:
        """One claim less on each token; releases those that nobody claims any more."""
        free: list[Instruction] = []
        for token in tokens:
            self._counts[token] -= 1
            if not self._counts[token]:
                del self._counts[token]
                free.append(Release(token))
        return free

    def open(self, token: int) -> None:
        """The batch being cut needs a token."""
        self._open.add(token)
        self.take((token,))

    def settle(self, needed: set[int]) -> list[Instruction]:
        """The batch being cut needs these tokens and no others any more."""
        over = self._open - needed
        self._open &= needed
        return self.drop(over)
