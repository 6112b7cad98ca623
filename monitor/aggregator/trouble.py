"""What went wrong, in words, and how often: bounded, so that a flood of different texts cannot fill the memory."""

from collections.abc import Mapping

KINDS = 500
OTHER = "other trouble"


class Trouble:
    """Counts by text; texts beyond a limit count together."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def add(self, text: str, count: int = 1) -> None:
        """Count one more text."""
        key = text if text in self.counts or len(self.counts) < KINDS else OTHER
        self.counts[key] = self.counts.get(key, 0) + count

    def add_all(self, counts: Mapping[str, int]) -> None:
        """Count what somebody else counted."""
        for text, count in counts.items():
            self.add(text, count)
