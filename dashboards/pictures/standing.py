"""What a picture stands on: which event, one of how many, or which share of the run."""

from collections.abc import Sequence

from dashboards.snapshot import Picture, Snapshot
from dashboards.texts import clock, count

ROUGH = "; rough geometry: no geometry file is in use, so that panels do not stand exactly where they belong"


def since_text(picture: Picture) -> str:
    """Since when it counts, if somebody had the means begin anew; empty otherwise."""
    first, author, time = (picture.header.get(key) for key in ("first", "author", "time"))
    if not isinstance(first, int):
        return ""
    begun = picture.header.get("begun", first)
    lost = f"; those before event {count(first)} were lost when the aggregator was restarted" if begun != first else ""
    return f"; begun anew at event {count(begun)} by {author or 'nobody named'} at {clock(time)}{lost}"


class Standing:
    """Remembers how many events there were at the picture before."""

    def __init__(self) -> None:
        self._of: object = None
        self._events: int | None = None
        self._between: int | None = None

    def text(self, parts: Sequence[Picture], snapshot: Snapshot, *, rough: bool = False, summed: bool = False) -> str:
        """For the line above a picture made of these."""
        picture, tail = parts[0], ROUGH if rough else ""
        seq = picture.header.get("seq")
        if isinstance(seq, int):
            self._look_at(picture)
            means = ", all of them in the means" if summed else ""
            share = f"; 1 of {count(self._between)} pictures shown{means}" if self._between else ""
            return f"event {count(seq)}{share}{tail}"
        counts = " and ".join(count(part.count) for part in parts[:2])
        return f"mean of {counts} events{self._share(parts, snapshot)}{since_text(parts[0])}{tail}"

    def _look_at(self, picture: Picture) -> None:
        """Note how many events came since the picture before."""
        events = picture.header.get("events")
        if picture is self._of or not isinstance(events, int):
            return
        between = None if self._events is None else events - self._events
        self._between = between if between is not None and between > 0 else None
        self._of, self._events = picture, events

    def _share(self, parts: Sequence[Picture], snapshot: Snapshot) -> str:
        """Share of the run's events that are in the means."""
        processed, first = snapshot.status.get("processed"), snapshot.run.get("first")
        if not isinstance(processed, int) or not isinstance(first, int) or processed <= first:
            return ""
        used = sum({id(part): part.count for part in parts[:2]}.values())
        return f", {min(100.0, 100 * used / (processed - first)):.0f} % of the run"
