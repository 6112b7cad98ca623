"""What a file of this folder declares for an area detector: where its panels lie in a payload, and how they make an image."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.plugins import Registry
from monitor.xtc.types import PayloadType
from workers.detectors.family import Read
from workers.payloads import Payloads
from workers.run_view import RunView, Source

WORD_BITS = 16
ABSENT = -1
"""Offset of a panel that is not in the payload."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """Panels ``first`` to ``stop`` that are drawn together, after their square background: corner and side, in pixels."""

    first: int
    stop: int
    corner: tuple[int, int]
    side: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Positions:
    """What a geometry says of the pixels of a frame; all arrays in its shape.

    Attributes
    ----------
    x, y, z
        Pixel centres, micrometre, float64, in the facility's psana frame: x grows with the rows of the image and y with its
        columns, from where the file has its origin (usually the beam); z is negative downstream of the interaction point,
        and None if it is all the same.
    area
        Area relative to a plain pixel, float32.
    path, sha256
        The file, and the hash of its content; empty where the detector is placed as built.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    z: NDArray[np.float64] | None
    area: NDArray[np.float32]
    path: str
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class Arrangement:
    """Where each pixel of a frame goes in the assembled image.

    Attributes
    ----------
    rows, columns
        Place of each pixel, int32, in the shape of a frame.
    shape
        Shape of the image.
    pitch
        Size of a pixel, micrometre; 1 where it is not known, so that coordinates are in pixels.
    rough
        The places are known only roughly.
    canvases
        Groups of panels that are drawn one after the other, each with a background that covers what was there.
    positions
        Where the pixels are in space; None where only their places in the image are known.
    """

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    shape: tuple[int, int]
    pitch: float = 1.0
    rough: bool = False
    canvases: tuple[Canvas, ...] = ()
    positions: Positions | None = None

    def index(self) -> NDArray[np.int32]:
        """Number of the frame's pixel at each place of the image, -1 = none; where two meet, the later one shows."""
        index = np.full(self.shape, -1, np.int32)
        numbers = np.arange(self.rows.size, dtype=np.int32).reshape(self.rows.shape)
        for canvas in self.canvases or (Canvas(0, len(self.rows), (0, 0), 0),):
            row, column = canvas.corner
            index[row : row + canvas.side, column : column + canvas.side] = -1
            panels = slice(canvas.first, canvas.stop)
            index[self.rows[panels], self.columns[panels]] = numbers[panels]
        return index

    def x(self) -> NDArray[np.float64]:
        """Pixel centres, micrometre: as the geometry says, else to the right of the middle of the image."""
        if self.positions is not None:
            return self.positions.x
        return (self.columns.astype(np.float64) - (self.shape[1] - 1) / 2) * self.pitch

    def y(self) -> NDArray[np.float64]:
        """Pixel centres, micrometre: as the geometry says, else above the middle of the image."""
        if self.positions is not None:
            return self.positions.y
        return ((self.shape[0] - 1) / 2 - self.rows.astype(np.float64)) * self.pitch

    @property
    def z(self) -> NDArray[np.float64] | None:
        """Pixel centres along the beam, micrometre, if a file tells."""
        return None if self.positions is None else self.positions.z

    @property
    def area(self) -> NDArray[np.float32] | None:
        """Area of each pixel relative to a plain one, if it is known."""
        return None if self.positions is None else self.positions.area


@dataclass(frozen=True, slots=True, kw_only=True)
class GainCode:
    """How a raw 16-bit word tells the gain range of its pixel.

    Attributes
    ----------
    adc_bits
        Bits of the word that are its value.
    shift
        The bits from this one on are the code.
    plane_of_code
        Plane of pedestal and factor for each code; -1 = invalid, passed through (pedestal 0, factor 1).
    planes
        Planes that a word can choose from.
    ranges
        Ranges that the constants have; 0 = as many as planes, more where a ``Layout.gain_map`` says which of them a plane is.
    """

    adc_bits: int
    shift: int
    plane_of_code: tuple[int, ...]
    planes: int
    ranges: int = 0

    def __post_init__(self) -> None:
        if len(self.plane_of_code) != 1 << WORD_BITS - self.shift or max(self.plane_of_code) >= self.planes:
            raise ValueError(f"{self.plane_of_code} does not give each code one of {self.planes} planes")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """Frames of one source in one run.

    Attributes
    ----------
    shape
        Shape of a frame: (rows, columns) or (panels, rows, columns).
    like
        Empty array of the dtype of a raw pixel.
    panels
        First byte of each panel, shape (payloads, panels), int64, counted from the start of the payload's place; -1 = absent.
    arrangement
        Makes the geometry; called once.
    gain_map
        Range of the constants that each plane of a word means at each pixel, int8, shape (planes, *shape); -1 = undefined there
        (pedestal 0, factor 1). None: plane and range are the same.
    common_mode_good
        Ranges whose pixels count towards the common mode by gain range (algorithm 7); empty where there are no ranges.
    pixel_factor
        What the configuration says to multiply each pixel by before the gain of the constants, float32, in the shape of a frame.
    unpack
        The payloads as ``panels`` expects them, where pixels of several panels lie mixed or a pixel is not stored as its value;
        None where they can be read as they lie.
    """

    shape: tuple[int, ...]
    like: NDArray[Any]
    panels: Callable[[Payloads], NDArray[np.int64]]
    arrangement: Callable[[], Arrangement]
    gain_map: NDArray[np.int8] | None = None
    common_mode_good: tuple[int, ...] = ()
    pixel_factor: NDArray[np.float32] | None = None
    unpack: Callable[[Payloads], Payloads] | None = None

    @property
    def panel_count(self) -> int:
        """Panels of a frame."""
        return self.shape[0] if len(self.shape) == 3 else 1

    @property
    def pixels(self) -> int:
        """Pixels of a panel."""
        return int(np.prod(self.shape)) // self.panel_count


OpenEnvironment = Callable[[Source, PayloadType, RunView, str], Read | None]
"""Reader of what else a payload tells, for the detector of this name; None if there is nothing."""


def always(source: Source, run: RunView) -> bool:
    """For families that read all payloads of their types."""
    return True


def no_environment(source: Source, kind: PayloadType, run: RunView, detector: str) -> None:
    """For families whose payloads hold pixels alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaFamily:
    """Area detectors of one kind.

    Attributes
    ----------
    types
        Type ids of their frames, all versions.
    layout
        Layout of one source in one run; the payloads at hand tell sizes that no configuration tells. Raises ``DamagedData``.
    unit
        Unit of a corrected pixel if there is a gain; without one it is ADU.
    gain
        How a word tells its gain range; None for one pedestal and gain per pixel.
    wants
        Whether a source is of this family, where families share a type; asked with the source and the run.
    environment
        Makes the reader of temperatures, counters and the like: columns ``<detector>_env/<name>``. It never touches the frame.
    """

    types: frozenset[int]
    layout: Callable[[Source, PayloadType, RunView, Payloads], Layout]
    unit: str = "ADU"
    gain: GainCode | None = None
    wants: Callable[[Source, RunView], bool] = always
    environment: OpenEnvironment = no_environment


AREAS: Registry[AreaFamily] = Registry("area detector family")


def plain_arrangement(rows: int, columns: int, pitch: float = 1.0) -> Arrangement:
    """A single panel as it is."""
    places = np.indices((rows, columns), np.int32)
    return Arrangement(places[0], places[1], (rows, columns), pitch)


def stacked_arrangement(panels: int, rows: int, columns: int, pitch: float = 1.0) -> Arrangement:
    """Panels one below the other."""
    panel, row, column = np.indices((panels, rows, columns), np.int32)
    return Arrangement(panel * rows + row, column, (panels * rows, columns), pitch, rough=panels > 1)


def one_block(payloads: Payloads, start: int, panels: int, panel_bytes: int, gap: int = 0) -> NDArray[np.int64]:
    """Offsets of panels from byte ``start`` of each payload with ``gap`` bytes between; absent where the payload is too short."""
    offsets = payloads.entries["offset"][:, None] + start + np.arange(panels, dtype=np.int64) * (panel_bytes + gap)
    offsets[payloads.entries["size"] < start + panels * (panel_bytes + gap) - gap] = ABSENT
    return offsets
