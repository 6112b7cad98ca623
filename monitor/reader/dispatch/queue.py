"""Batches that wait for a worker: what must be handed out again first, then what is new."""

from bisect import insort
from collections import deque

from monitor.reader.dispatch.draft import Draft, Standing


class BatchQueue:
    """Waiting batches, lowest sequence number first; only new ones can be dropped."""

    def __init__(self) -> None:
        self._again: list[Draft] = []
        self._fresh: deque[Draft] = deque()

    def __len__(self) -> int:
        return len(self._again) + len(self._fresh)

    @property
    def fresh(self) -> int:
        """Batches that were never handed out."""
        return len(self._fresh)

    @property
    def oldest(self) -> Draft | None:
        """The oldest batch that was never handed out."""
        return self._fresh[0] if self._fresh else None

    def add(self, draft: Draft) -> None:
        """A new batch, behind all others."""
        self._fresh.append(draft)

    def again(self, draft: Draft) -> None:
        """A batch that was handed out before goes to the head."""
        draft.standing = Standing.QUEUED
        insort(self._again, draft, key=lambda d: d.first)

    def next(self) -> Draft | None:
        """Take the batch whose turn it is."""
        while self._again:
            draft = self._again.pop(0)
            # It may have become durable while it waited: its first worker was slow, not dead.
            if draft.standing is Standing.QUEUED:
                return draft
        return self._fresh.popleft() if self._fresh else None

    def drop_oldest(self) -> Draft | None:
        """Take away the oldest batch that was never handed out."""
        return self._fresh.popleft() if self._fresh else None
