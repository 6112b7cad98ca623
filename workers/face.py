"""What the worker's loop asks of the pipeline and of whoever finds the bytes; tests put simple twins in their place."""

from collections.abc import Mapping
from typing import Any, Protocol

from numpy.typing import NDArray

from monitor.model.batch import Batch
from monitor.model.frame_shape import FrameShape
from monitor.model.rows import Rows
from monitor.model.run_state import RunState
from monitor.model.sums import Sums
from monitor.wire.message import Message


class Shown(Protocol):
    """A frame as the pipeline shows it; the meanings are those of ``monitor.wire.rows.Frame``."""

    @property
    def image(self) -> NDArray[Any]:
        """Float32 image."""

    @property
    def index(self) -> NDArray[Any] | None:
        """Place of each pixel in the flattened panels."""

    @property
    def seq(self) -> int:
        """Event it belongs to."""

    @property
    def unit(self) -> str:
        """Unit of the image."""

    @property
    def rough(self) -> bool:
        """Whether the panels stand only roughly in place."""


class Result(Protocol):
    """What the pipeline makes of a batch."""

    @property
    def rows(self) -> Rows:
        """One row per event."""

    @property
    def sums(self) -> Sums:
        """Statistics over the events of this batch alone."""

    @property
    def frames(self) -> Mapping[str, Shown]:
        """Detector to newest frame, if frames were asked for."""

    @property
    def trouble(self) -> Mapping[str, int]:
        """What went wrong, and how often."""

    @property
    def config(self) -> Mapping[str, NDArray[Any]]:
        """What the rows were made with (masks, constants, parameters), by path below ``UserDataCfg``: ``cspad/mask``.

        The same object as long as nothing of it changes; it travels when it is another one.
        """

    @property
    def shapes(self) -> Mapping[str, FrameShape]:
        """What was seen of each detector, by name; the same object as long as nothing of it changes."""


class PipelineFace(Protocol):
    """One version of the pipeline."""

    def process(self, batch: Batch, buffers: list[NDArray[Any]], state: RunState) -> Result:
        """Rows, sums and frames of a batch."""


class Resolver(Protocol):
    """Finds the bytes of a batch."""

    def resolve(self, batch: Batch, message: Message) -> list[NDArray[Any]]:
        """Bytes of each place, or ``DamagedData``."""
