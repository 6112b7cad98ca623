"""Every layout against plain decoding by the table, for every version of every payload and of its configuration."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import workers.pipeline  # noqa: F401  # loads all families
from monitor.errors import DamagedData
from monitor.xtc.decode import decode
from monitor.xtc.types import TYPES, PayloadType
from tests.support.area_payloads import (
    LEVEL,
    PHYSICAL,
    area_types,
    config_bytes,
    cut,
    payloads_of,
    random_payload,
    raw_frames,
    run_with,
    word_of,
)
from workers.detectors.area import AreaFamily, Layout
from workers.plan import area_family
from workers.run_view import RunView

CASES = [
    pytest.param(kind, config, id=f"{kind.struct.name}-{config.struct.name if config else 'alone'}")
    for kind, config in area_types()
]

PIXELS = {
    "Camera.FrameV1": "_int_pixel_data",
    "Bld.BldDataPimV1": "frame",
    "CsPad.DataV1": "quads",
    "CsPad.DataV2": "quads",
    "Epix.ElementV1": "frame",
    "Epix.ElementV2": "frame",
    "Epix.ElementV3": "frame",
    "Epix.ArrayV1": "frame",
    "Jungfrau.ElementV1": "frame",
    "Jungfrau.ElementV2": "frame",
    "PNCCD.FramesV1": "frame",
    "Uxi.FrameV1": "frames",
}
"""Field with the pixels, where it is not called data."""
NO_FRAME = {"Imp.ElementV1", "EpixSampler.ElementV1", "Arraychar.DataV1"}
"""Waveforms and texts."""


def expected(kind: PayloadType, record: Any) -> NDArray[np.float32]:
    """The frame that a decoded payload holds, in panel shape; NaN = absent."""
    name = kind.struct.name
    pixels = record[PIXELS.get(name, "data")]
    if name == "Camera.FrameV1":
        return np.asarray(record["derived"]["data16"], np.float32)
    if name == "Bld.BldDataPimV1":
        return np.asarray(pixels["derived"]["data16"], np.float32)
    if name == "PNCCD.FramesV1":
        return np.stack([link["_data"].reshape(4, 4) for link in pixels]).astype(np.float32)
    if name == "CsPad2x2.ElementV1":
        return np.stack([pixels[..., 0], pixels[..., 1]]).astype(np.float32)
    if name.startswith("CsPad.Data"):
        frame = np.full((4, 8, 185, 388), np.nan, np.float32)
        for quad in pixels:
            sections = [i for i in range(8) if quad["derived"]["sectionMask"] >> i & 1]
            frame[quad["quad"], sections] = quad["data"]
        return frame.reshape(32, 185, 388)
    return np.asarray(pixels, np.float32)


def prepared(kind: PayloadType, config: PayloadType | None) -> tuple[RunView, AreaFamily]:
    run = run_with(*([(config, config_bytes(config))] if config else []))
    family = area_family(word_of(kind), run)
    assert family is not None
    return run, family


def layout_of(kind: PayloadType, run: RunView, family: AreaFamily, payloads: Any) -> Layout:
    return family.layout(run.source(LEVEL, PHYSICAL), kind, run, payloads)


@pytest.mark.parametrize(("kind", "config"), CASES)
def test_frames_are_the_decoded_pixels_wherever_the_payloads_lie(kind: PayloadType, config: PayloadType | None) -> None:
    run, family = prepared(kind, config)
    parts = [random_payload(kind, run, seed) for seed in range(3)]
    payloads = payloads_of(parts, places=[1, 0, 1], count=5)
    layout = layout_of(kind, run, family, payloads)
    frames = raw_frames(layout, payloads)
    configs = run.configs.get((LEVEL, PHYSICAL), {})
    for part, frame in zip(parts, frames, strict=True):
        np.testing.assert_array_equal(frame, expected(kind, decode(kind, part, configs)))


@pytest.mark.parametrize(("kind", "config"), CASES)
def test_a_short_payload_is_absent_and_nothing_behind_it_is_read(kind: PayloadType, config: PayloadType | None) -> None:
    run, family = prepared(kind, config)
    whole = payloads_of([random_payload(kind, run, 1)])
    layout = layout_of(kind, run, family, whole)
    size = int(whole.entries["size"][0])
    panel_bytes = layout.pixels * layout.like.itemsize
    for length in {0, 1, 4, 16, size // 2, panel_bytes // 2, panel_bytes}:
        short = cut(whole, length)
        if layout.unpack is not None:
            short = layout.unpack(short)
        (offsets,) = layout.panels(short)
        start = int(short.entries["offset"][0])
        stop = start + int(short.entries["size"][0])
        assert ((offsets == -1) | ((offsets >= start) & (offsets + panel_bytes <= stop))).all(), length
    # Without one pixel the last panel cannot be whole.
    needed = int(layout.panels(whole if layout.unpack is None else layout.unpack(whole)).max()) + panel_bytes - start_of(whole)
    assert np.isnan(raw_frames(layout, cut(whole, needed - 1))).any()


def start_of(payloads: Any) -> int:
    return int(payloads.entries["offset"][0])


@pytest.mark.parametrize(("kind", "config"), [case for case in CASES if case.values[1] is not None])
def test_a_missing_configuration_is_named(kind: PayloadType, config: PayloadType) -> None:
    payloads = payloads_of([random_payload(kind, prepared(kind, config)[0], 1)])
    run = run_with()
    family = area_family(word_of(kind), run)
    assert family is not None
    with pytest.raises(DamagedData, match="onfiguration"):
        layout_of(kind, run, family, payloads)


@pytest.mark.parametrize(("kind", "config"), CASES)
def test_every_layout_has_an_arrangement_of_its_shape(kind: PayloadType, config: PayloadType | None) -> None:
    run, family = prepared(kind, config)
    layout = layout_of(kind, run, family, payloads_of([random_payload(kind, run, 1)]))
    arrangement = layout.arrangement()
    assert arrangement.rows.shape == arrangement.columns.shape == layout.shape
    shown = arrangement.index()
    assert shown.max() < np.prod(layout.shape)
    assert (shown >= 0).sum() > 0.99 * np.prod(layout.shape)


def test_every_payload_with_a_frame_has_a_family() -> None:
    frames = {
        number
        for (number, _), kind in TYPES.items()
        if any(name in kind.struct.name for name in ("Frame", "Element", "Array", "Pim", "Timepix.Data", "CsPad.Data"))
        and not kind.is_config
        and kind.struct.name not in NO_FRAME
    }
    assert frames <= {kind.type_id for kind, _ in area_types()}
