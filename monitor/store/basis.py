"""Files with a basis of waveforms: the shapes that pulses of a detector have, by singular value decomposition of recorded ones.

The layout is that of smalldata_tools (HDF5: components, projector, singular_values, ref_waveforms, roi, background_roi, channel).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from monitor.errors import DamagedData

MOST_COMPONENTS = 25


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Basis:
    """Shapes of pulses.

    Attributes
    ----------
    components
        Orthonormal, the strongest first, float64, shape (components, samples of the region).
    singular_values
        Strength of each, shape (components,).
    references
        The waveforms that they were made of, cropped and on their background, shape (waveforms, samples).
    roi
        Start and stop of the region in a trace; None = the whole trace.
    background
        So many samples at the beginning of a trace are its background; 0 = none is taken off.
    channel
        Of a detector with several; None = it has one.
    """

    components: NDArray[np.float64]
    singular_values: NDArray[np.float64]
    references: NDArray[np.float64]
    roi: tuple[int, int] | None = None
    background: int = 0
    channel: int | None = None


def basis_of(
    traces: NDArray[Any], *, roi: tuple[int, int] | None = None, background: int = 0, channel: int | None = None
) -> Basis:
    """Basis of recorded waveforms, shape (waveforms, samples); at most 25 components.

    Raises
    ------
    ValueError
        If a region holds nothing, or no waveform is without NaN there.
    """
    values = np.asarray(traces, np.float64)
    if background > 0:
        values = values - values[:, :background].mean(axis=1, keepdims=True)
    values = values[:, slice(*roi)] if roi else values
    values = values[np.isfinite(values).all(axis=1)]
    if not values.size:
        raise ValueError("there is no waveform without gaps in this region")
    _, strengths, shapes = np.linalg.svd(values, full_matrices=False)
    return Basis(
        components=shapes[:MOST_COMPONENTS],
        singular_values=strengths[:MOST_COMPONENTS],
        references=values,
        roi=roi,
        background=background,
        channel=channel,
    )


def write_basis(path: Path, basis: Basis) -> None:
    """Write a basis; a file that is there is replaced."""
    with h5py.File(path, "w") as file:
        file["components"] = basis.components
        file["projector"] = basis.components
        file["singular_values"] = basis.singular_values
        file["ref_waveforms"] = basis.references
        if basis.roi is not None:
            file["roi"] = np.array(basis.roi)
        file["background_roi"] = basis.background
        if basis.channel is not None:
            file["channel"] = basis.channel


def read_basis(path: Path) -> Basis:
    """The basis in a file.

    Raises
    ------
    DamagedData
        Naming the file and what is wrong with it.
    """
    try:
        with h5py.File(path, "r") as file:
            names = ("components", "singular_values", "ref_waveforms", "roi", "background_roi", "channel")
            stored = {name: np.asarray(file[name]) for name in names if isinstance(file.get(name), h5py.Dataset)}
    except OSError as error:
        raise DamagedData(f"cannot be read as HDF5: {error}", source=str(path)) from error
    if any(array.dtype.kind not in "biuf" for array in stored.values()):
        raise DamagedData("holds something that is not a number", source=str(path))
    components = np.asarray(stored.get("components", np.empty(0)), np.float64)
    if components.ndim != 2 or not components.size or not np.isfinite(components).all():
        raise DamagedData("holds no components of shape (components, samples)", source=str(path))
    return Basis(
        components=components,
        singular_values=np.asarray(stored.get("singular_values", np.empty(0)), np.float64),
        references=np.asarray(stored.get("ref_waveforms", np.empty((0, components.shape[1]))), np.float64),
        roi=_pair(stored.get("roi"), path),
        # The original writes -1 where no background is taken off.
        background=max(0, _number(stored.get("background_roi"), 0)),
        channel=_number(stored["channel"], 0) if "channel" in stored else None,
    )


def _pair(array: NDArray[Any] | None, path: Path) -> tuple[int, int] | None:
    if array is None or array.size < 2:
        return None
    if array.size != 2 or not np.isfinite(array).all():
        raise DamagedData("has a roi that is no pair of samples", source=str(path))
    return int(array.flat[0]), int(array.flat[1])


def _number(array: NDArray[Any] | None, without: int) -> int:
    return int(array.flat[0]) if array is not None and array.size and np.isfinite(array).all() else without
