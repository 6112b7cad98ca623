"""Gain bits of configuration and data against the facility's code (golden/calib/README.md)."""

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from workers.corrections.gain_switch import NO_PLANE, for_planes, subtract_dark, switch_gain
from workers.detectors import epix10ka, jungfrau
from workers.detectors.cspad import gain_factor
from workers.detectors.gain_mask import section_bits

EIGHTH = np.float32(0.125)
UNDEFINED_INDEX = 10
TOLERANCE = 1e-3
"""The README's 1e-4 is for values; sums over a row of some hundred pixels in keV add up."""


def elements(stored: Any) -> list[dict[str, Any]]:
    """Configuration records of the panels."""
    return [
        {"asicPixelConfigArray": words, "asics": [{"trbit": int(bit)} for bit in trbits]}
        for words, trbits in zip(stored["asic_pixel_config"], stored["trbits"], strict=True)
    ]


def gain_map(stored: Any) -> NDArray[np.int8]:
    return np.stack([epix10ka.gain_map(element) for element in elements(stored)], axis=1)


def test_the_control_bits_of_epix10ka_pixels_are_the_facilitys(golden_dir: Path) -> None:
    stored = np.load(golden_dir / "calib" / "calib_epix10ka.npz")
    bits = np.stack([epix10ka.control_bits(element) for element in elements(stored)])
    np.testing.assert_array_equal(bits[:, ::11, ::13], stored["cbits_config_check"])


def test_the_gain_mode_of_epix10ka_pixels_is_the_facilitys(golden_dir: Path) -> None:
    stored = np.load(golden_dir / "calib" / "calib_epix10ka.npz")
    raw = stored["raw"]
    plane = np.array(epix10ka.GAIN.plane_of_code)[raw >> epix10ka.GAIN.shift]
    modes = np.take_along_axis(gain_map(stored), plane[None], axis=0)[0]
    assert zlib.crc32(modes.astype("<i2").tobytes()) == stored["mode_map_crc"]
    index = np.where(modes < 0, UNDEFINED_INDEX, modes)
    np.testing.assert_array_equal(index[:, ::5, ::7], stored["gain_index_sub"])
    np.testing.assert_array_equal(np.bincount(index.ravel(), minlength=11), stored["gain_index_counts"])


def test_epix10ka_without_common_mode_is_the_facilitys(golden_dir: Path) -> None:
    stored = np.load(golden_dir / "calib" / "calib_epix10ka.npz")
    raw = stored["raw"]
    low_rank = (stored["peds_row_i16"].astype(np.int32)[:, :, None] + stored["peds_col_i16"][:, None, :]) * EIGHTH
    pedestal = low_rank[:, None].astype(np.float32) + stored["peds_panel"][None, :, None, None]
    gain = (stored["gain_row"][:, :, None] * stored["gain_col"][:, None, :]).astype(np.float32)
    factor = np.divide(1, gain, out=np.zeros_like(gain), where=gain != 0)
    factor = np.broadcast_to(factor[:, None], pedestal.shape)
    modes = gain_map(stored)
    good = np.unpackbits(stored["mask_packed"])[: raw.size].reshape(raw.shape).astype(bool)
    by_plane = for_planes(factor, modes, 1)
    by_plane[:, ~good] = np.nan
    flat = (epix10ka.GAIN.planes, len(raw), -1)
    out = np.empty((1, len(raw), raw[0].size), np.float32)
    offsets = np.arange(len(raw), dtype=np.int64)[None] * raw[0].nbytes
    switch_gain(
        np.ascontiguousarray(raw).view(np.uint8).reshape(-1),
        offsets,
        epix10ka.GAIN,
        for_planes(pedestal, modes, 0).reshape(flat),
        by_plane.reshape(flat),
        out,
    )
    frame = np.nan_to_num(out.reshape(raw.shape), nan=0.0)
    np.testing.assert_allclose(frame[:, ::5, ::7], stored["out_m0__sub"], rtol=1e-5, atol=TOLERANCE)
    np.testing.assert_allclose(frame.sum(axis=-1, dtype=np.float64), stored["out_m0__rows"], rtol=1e-5, atol=0.05)
    np.testing.assert_allclose(frame.sum(axis=-2, dtype=np.float64), stored["out_m0__cols"], rtol=1e-5, atol=0.05)


def test_the_gain_range_of_jungfrau_pixels_is_the_facilitys(golden_dir: Path) -> None:
    stored = np.load(golden_dir / "calib" / "calib_jungfrau.npz")
    raw = stored["raw"][0]
    codes = np.bincount(raw.ravel() >> jungfrau.GAIN.shift, minlength=4)
    np.testing.assert_array_equal(codes[[0, 1, 3, 2]], stored["pixstat_counts"])
    out, planes = np.empty((1, 1, raw.size), np.float32), np.empty((1, 1, raw.size), np.uint8)
    no_pedestal = np.zeros((jungfrau.GAIN.planes, 1, raw.size), np.float32)
    subtract_dark(raw.view(np.uint8).reshape(-1), np.zeros((1, 1), np.int64), jungfrau.GAIN, no_pedestal, out, planes)
    assert (planes == NO_PLANE).sum() == stored["pixstat_counts"][3]
    # The facility's helper calls an invalid code range 0.
    index = np.where(planes == NO_PLANE, 0, planes).reshape(raw.shape).astype(np.int64)
    np.testing.assert_array_equal(index[::5, ::7], stored["gain_range_index_sub"])
    np.testing.assert_array_equal(index.sum(axis=1), stored["gain_range_index_rows"])
    np.testing.assert_array_equal(index.sum(axis=0), stored["gain_range_index_cols"])
    np.testing.assert_array_equal(out.ravel(), (raw & 0x3FFF).ravel())


@pytest.mark.parametrize("quad", range(4))
def test_the_cspad_gain_mask_of_a_quad_is_the_facilitys(golden_dir: Path, quad: int) -> None:
    stored = np.load(golden_dir / "calib" / "calib_area.npz")
    config = {"quadMask": 1 << quad, "quads": [{"gm": {"gainMap": stored["gainmap_quad"]}}] * 4}
    factor = gain_factor(config)
    assert factor is not None
    quads = factor.reshape(4, 8, 185, 388)
    low = quads[quad] != 1
    np.testing.assert_array_equal(np.packbits(low.ravel()), stored["gainmask_quad0_packed"])
    np.testing.assert_array_equal(low.sum(axis=(1, 2)), stored["gainmask_quad0_sum"])
    np.testing.assert_allclose(quads[quad].sum(axis=(1, 2), dtype=np.float64), stored["gainmask_quad0_f_sum"], rtol=1e-6)
    others = np.delete(quads, quad, axis=0)
    np.testing.assert_array_equal([(others != 1).sum(), others.sum(dtype=np.float64)], stored["gainmask_other_quads_sum"])


def test_the_gain_mask_of_a_cspad_2x2_is_the_facilitys(golden_dir: Path) -> None:
    stored = np.load(golden_dir / "calib" / "calib_area.npz")
    low = ~section_bits(stored["gainmap_quad"], 2)
    np.testing.assert_array_equal(np.packbits(low.ravel()), stored["gainmask_2x2_packed"])
