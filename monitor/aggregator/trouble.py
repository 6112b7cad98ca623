"""What went wrong, in words, and how often: bounded, so that a flood of different texts cannot fill the memory."""

import logging
from collections.abc import Mapping

log = logging.getLogger(__name__)

KINDS = 500
OTHER = "other trouble"


class Trouble:
    """Counts by text; texts beyond a limit count together. Each text is logged once, when it is new."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def add(self, text: str, count: int = 1) -> None:
        """Count one more text."""
        key = text if text in self.counts or len(self.counts) < KINDS else OTHER
        if key not in self.counts:
            log.warning("trouble", extra={"what": key, "count": count})
        self.counts[key] = self.counts.get(key, 0) + count

    def add_all(self, counts: Mapping[str, int]) -> None:
        """Count what somebody else counted."""
        for text, count in counts.items():
            self.add(text, count)
