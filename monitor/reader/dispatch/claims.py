"""Who still needs a piece of held memory: counted claims, so that it is given back exactly once."""

from collections.abc import Iterable


class Claims:
    """Number of claims per token."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}

    def take(self, tokens: Iterable[int]) -> None:
        """One claim more on each token."""
        for token in tokens:
            self._counts[token] = self._counts.get(token, 0) + 1

    def drop(self, tokens: Iterable[int]) -> list[int]:
        """One claim less on each token; returns those that nobody claims any more."""
        free = []
        for token in tokens:
            self._counts[token] -= 1
            if not self._counts[token]:
                del self._counts[token]
                free.append(token)
        return free
