"""Makes pictures for wishes in a thread of its own, each only once however many want it."""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from dashboards.pictures.details import Details
from dashboards.pictures.encode import Encoded, encoded
from dashboards.pictures.kinds import KINDS, Kind, parts_of
from dashboards.pictures.told import CommonModes
from dashboards.pictures.wish import Wish
from dashboards.snapshot import Picture, Snapshot

Key = tuple[Any, ...]

KEPT = 32
KEPT_MADE = 4
"""Pictures made of others (differences, panels) that are kept; each has the size of a frame."""


class Gallery:
    """Pictures of the newest snapshot.

    Parameters
    ----------
    details
        What is known of a detector, ``None`` while it is not known.
    """

    def __init__(self, details: Callable[[str], Details | None]) -> None:
        self._details, self._common_modes = details, CommonModes()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="dashboard-pictures")
        self._encoded: OrderedDict[Key, Future[Encoded | None]] = OrderedDict()
        self._made: OrderedDict[Key, Picture | None] = OrderedDict()
        self._limits: OrderedDict[Wish, tuple[float, float]] = OrderedDict()
        self.made = 0
        """Pictures encoded so far."""

    def close(self) -> None:
        """Make no more."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def key(self, snapshot: Snapshot, wish: Wish) -> Key | None:
        """Changes when there is another picture for the wish; ``None`` while there is none."""
        kind = KINDS[wish.kind]
        asks = kind.of is not None or bool(kind.told) or wish.panels
        details = self._details(wish.detector) if asks else None
        if asks and details is None:
            return None
        if kind.of is not None:
            return (wish, details)
        if kind.told:
            told = self._common_modes.picture(snapshot, details, mean=kind.told == "mean") if details is not None else None
            return None if told is None else (wish, details, told)
        parts = parts_of(kind, wish.detector, snapshot.pictures)
        return None if parts is None else (wish, details, *parts)

    def encoded(self, key: Key) -> "Future[Encoded | None]":
        """The picture of a key, which may be under way already; ``None`` if it cannot be made."""
        future = self._encoded.get(key)
        if future is None:
            self.made += 1
            future = self._encoded[key] = self._thread.submit(self._encode, key)
            self._forget(key)
        return future

    def _forget(self, key: Key) -> None:
        """Let go of what was made of older pictures of the same kind: each holds a whole frame."""
        wish, *parts = key
        for other in [*self._encoded]:
            old, *others = other
            same = (old.detector, old.kind, old.panels) == (wish.detector, wish.kind, wish.panels)
            if same and parts != others:
                del self._encoded[other]
        while len(self._encoded) > KEPT:
            self._encoded.popitem(last=False)

    def _encode(self, key: Key) -> Encoded | None:
        """In the thread."""
        wish, details, *parts = key
        whole = self._whole(wish, details, tuple(parts))
        if whole is None:
            return None
        made = encoded(whole, wish, self._limits.pop(wish, None))
        self._limits[wish] = made.limits
        while len(self._limits) > KEPT:
            self._limits.popitem(last=False)
        return made

    def _whole(self, wish: Wish, details: Details | None, parts: tuple[Picture, ...]) -> Picture | None:
        """The picture in full size."""
        kind = KINDS[wish.kind]
        if wish.kind == "live" and not wish.panels:
            return parts[0]
        key = (wish.kind, wish.panels, details, *parts)
        if key not in self._made:
            self._made[key] = made_of(kind, wish.panels, details, parts)
            while len(self._made) > KEPT_MADE:
                self._made.popitem(last=False)
        return self._made[key]


def made_of(kind: Kind, panels: bool, details: Details | None, parts: tuple[Picture, ...]) -> Picture | None:
    """A picture in full size from its parts or from the details; ``None`` if it cannot be made."""
    if kind.of is not None and details is not None:
        image = kind.of(details)
        picture = None if image is None else Picture(image, "", 0, {}, 0.0)
    else:
        picture = kind.make(parts) if kind.make is not None else None
    if picture is None:
        return None
    unit = picture.unit if kind.unit is None else kind.unit
    if not panels or details is None:
        return replace(picture, unit=unit)
    image = details.side_by_side(picture.image)
    return None if image is None else replace(picture, image=image, unit=unit)
