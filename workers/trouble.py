"""What went wrong in a batch, counted by a text that names it."""

from collections import Counter


class Trouble:
    """Counts per text; the texts come from few sources and kinds, so that they stay few."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def note(self, text: str, count: int = 1) -> None:
        """Count something under a text that names source and kind."""
        if count:
            self.counts[text] += count
