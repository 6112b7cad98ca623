"""What a worker has seen of a detector: enough to tell, before any event has them, whether settings fit it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameShape:
    """Frames of an area detector, or arrays of a field.

    Attributes
    ----------
    shape
        Of one event: panels first, then rows and columns; samples of a trace.
    image
        Rows and columns of the assembled image; empty = there is none.
    known
        Lowest and highest value of what is known of each pixel: ``x``, ``y``, ``z`` (micrometre), ``rms`` (ADU), ``gain``.
        What is not in it is not known.
    """

    shape: tuple[int, ...]
    image: tuple[int, ...] = ()
    known: Mapping[str, tuple[float, float]] = field(default_factory=dict)
