"""Golden arrays of the calibration as they are stored: eighths of an ADU, packed masks, summaries of large outputs."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.settings import CommonMode
from workers.chain import Chain
from workers.corrections.common_mode.algorithm import Record, Situation
from workers.corrections.common_mode.choice import Choice, corrector_for
from workers.detectors.area import AreaFamily, Layout, plain_arrangement

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
    corrector = corrector_for(
        Choice(number, parameters, numbers), Situation(shape=shape, family=family, constants=constants or {})
    )
    assert corrector is not None
    frame = np.array(panels[None], np.float32, order="C")
    counts = np.ones(frame.shape, bool) if good is None else np.ascontiguousarray(good.reshape(frame.shape))
    record = {name: np.zeros((1, len(panels), *shape), np.float32) for name, shape in corrector.records.items()}
    corrector.apply(frame, counts, 0, record)
    return frame.reshape(values.shape), {name: array[0] for name, array in record.items()}


def chained(
    raw: NDArray[Any],
    constants: dict[str, NDArray[Any]],
    good: NDArray[np.bool_],
    common_mode: CommonMode | None,
    *,
    family: AreaFamily | None = None,
    **more: Any,
) -> NDArray[np.float32]:
    """One frame through a whole chain.

    Parameters
    ----------
    raw
        As recorded, panels first.
    common_mode
        The setting; None and ``constants["common_mode"]`` for the numbers of a file.
    more
        Further attributes of the layout.
    """
    panels = raw.shape[0] if raw.ndim == 3 else 1
    layout = Layout(
        shape=raw.shape,
        like=np.empty(0, raw.dtype),
        panels=lambda payloads: np.zeros((len(payloads), panels), np.int64),
        arrangement=lambda: plain_arrangement(*raw.shape[-2:]),
        **more,
    )
    family = family or AreaFamily(types=frozenset(), layout=lambda *_: layout)
    notes: list[str] = []
    chain = Chain(layout, family, constants, good, common_mode, notes.append, "det")
    offsets = np.arange(panels, dtype=np.int64)[None] * (raw.nbytes // panels)
    buffer = np.ascontiguousarray(raw).reshape(-1).view(np.uint8)
    result = chain.frames(offsets, np.zeros(1, np.int64), [buffer])[0]
    assert not notes
    return result


def of_file(*numbers: float) -> dict[str, NDArray[Any]]:
    """What a common-mode file with these numbers adds to the constants."""
    return {"common_mode": np.array(numbers, np.float64)}
