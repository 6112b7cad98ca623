"""Golden arrays of the calibration as they are stored: eighths of an ADU, packed masks, summaries of large outputs."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workers.corrections.common_mode.algorithm import Record, Situation
from workers.corrections.common_mode.choice import Choice, corrector_for

EIGHTH = np.float32(0.125)


def stored(golden_dir: Path, name: str) -> dict[str, NDArray[Any]]:
    """All arrays of one file."""
    with np.load(golden_dir / "calib" / name) as file:
        return dict(file)


def cases(arrays: dict[str, NDArray[Any]], key: str = "cases_json") -> list[dict[str, Any]]:
    """The cases of a file; never none."""
    found: list[dict[str, Any]] = json.loads(str(arrays[key]))
    assert found
    return found


def eighths(array: NDArray[Any]) -> NDArray[np.float32]:
    """Values of an array of eighths."""
    return (array.astype(np.int32) * EIGHTH).astype(np.float32)


def unpacked(bits: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """A packed mask."""
    return np.unpackbits(bits)[: int(np.prod(shape))].reshape(shape).astype(bool)


def assert_summary(
    arrays: dict[str, NDArray[Any]], name: str, values: NDArray[np.float32], atol: float, good: NDArray[np.bool_] | None = None
) -> None:
    """Compare an array with its stored shape, samples, row sums and column sums; NaN here is 0 there.

    Parameters
    ----------
    good
        Only the samples of these pixels are compared, and no sums: the others are bad and mean nothing here.
    """
    values = np.nan_to_num(values, nan=0.0)
    assert list(values.shape) == arrays[f"{name}__shape"].tolist()
    samples, expected = values[..., ::5, ::7], arrays[f"{name}__sub"]
    if good is not None:
        np.testing.assert_allclose(samples[good[..., ::5, ::7]], expected[good[..., ::5, ::7]], atol=atol)
        return
    np.testing.assert_allclose(samples, expected, atol=atol)
    np.testing.assert_allclose(values.sum(axis=-1, dtype=np.float64), arrays[f"{name}__rows"], atol=atol * values.shape[-1])
    np.testing.assert_allclose(values.sum(axis=-2, dtype=np.float64), arrays[f"{name}__cols"], atol=atol * values.shape[-2])


def corrected(
    values: NDArray[np.float32],
    good: NDArray[np.bool_] | None,
    number: int,
    *,
    numbers: tuple[float, ...] = (),
    parameters: dict[str, Any] | None = None,
    family: str = "",
    constants: dict[str, NDArray[Any]] | None = None,
) -> tuple[NDArray[np.float32], Record]:
    """One frame after an algorithm, and what the algorithm recorded."""
    panels = values if values.ndim == 3 else values[None]
    shape = (panels.shape[0], panels.shape[1], panels.shape[2])
    corrector = corrector_for(Choice(number, parameters, numbers), Situation(shape=shape, family=family, constants=constants or {}))
    assert corrector is not None
    frame = np.array(panels[None], np.float32, order="C")
    counts = np.ones(frame.shape, bool) if good is None else np.ascontiguousarray(good.reshape(frame.shape))
    record = {name: np.zeros((1, len(panels), *shape), np.float32) for name, shape in corrector.records.items()}
    corrector.apply(frame, counts, 0, record)
    return frame.reshape(values.shape), {name: array[0] for name, array in record.items()}
