"""Events as a batch outside of a running service: for what works off recorded files in one process."""

from typing import Any, Protocol

from numpy.typing import NDArray

from monitor.model.batch import Batch
from monitor.model.place import FilePlace, Place
from monitor.model.run_state import RunState


class Part(Protocol):
    """Consecutive events of a source, as ``EventBlock`` and ``Cut`` have them."""

    @property
    def events(self) -> NDArray[Any]:
        """As in ``Batch``."""

    @property
    def pieces(self) -> NDArray[Any]:
        """As in ``Batch``."""

    @property
    def places(self) -> tuple[Any, ...]:
        """What ``pieces["place"]`` counts."""

    @property
    def epics_start(self) -> NDArray[Any]:
        """As in ``Batch``."""

    @property
    def epics_changes(self) -> NDArray[Any]:
        """As in ``Batch``."""

    @property
    def state(self) -> RunState:
        """What holds for all events."""


def plain_batch(part: Part, first: int, *, version: int = 0, places: tuple[Place, ...] | None = None) -> Batch:
    """All events of a part as one batch of no epoch and no lease.

    Parameters
    ----------
    part
        The events; their bytes lie in files unless ``places`` says where.
    first
        Sequence number of the first one.
    version
        Version of the settings.
    places
        Where the bytes lie instead.
    """
    return Batch(
        first=first,
        run=part.state.run,
        step=part.state.step,
        pipeline=version,
        state=part.state.version,
        epoch=0,
        lease=0,
        format=part.state.format,
        show=False,
        created=0.0,
        events=part.events,
        pieces=part.pieces,
        places=tuple(place for place in part.places if isinstance(place, FilePlace)) if places is None else places,
        epics_start=part.epics_start,
        epics_changes=part.epics_changes,
    )
