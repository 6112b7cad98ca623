"""Corrections against the original code's output (golden/calib/README.md)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from workers.corrections.common_mode import ALGORITHM, OFF, common_mode_from
from workers.corrections.gain_switch import switch_gain
from workers.corrections.level import level
from workers.detectors.jungfrau import GAIN

EIGHTH = np.float32(0.125)


def assert_summary(stored: Any, name: str, values: NDArray[np.float32], atol: float) -> None:
    """Compare an array with its stored shape, samples, row sums and column sums; bad pixels are 0 there and NaN here."""
    values = np.nan_to_num(values, nan=0.0)
    assert list(values.shape) == stored[f"{name}__shape"].tolist()
    np.testing.assert_allclose(values[..., ::5, ::7], stored[f"{name}__sub"], atol=atol)
    np.testing.assert_allclose(values.sum(axis=-1, dtype=np.float64), stored[f"{name}__rows"], atol=atol * values.shape[-1])
    np.testing.assert_allclose(values.sum(axis=-2, dtype=np.float64), stored[f"{name}__cols"], atol=atol * values.shape[-2])


def one_panel(raw: NDArray[Any]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    return np.ascontiguousarray(raw).reshape(-1).view(np.uint8), np.zeros((1, 1), np.int64)


def test_common_mode_by_the_mean_of_blocks(golden_dir: Path) -> None:
    stored = np.load(golden_dir / "calib" / "cm_alg2_alg3_blocks.npz")
    eighths = stored["data_int"].astype(np.int64) * 8 + stored["data_frac8"]
    sets = [case for case in json.loads(str(stored["sets_json"])) if case["pars"][0] == ALGORITHM]
    assert sets
    for case in sets:
        for status in (0, 1):
            # The kernel takes whole numbers, so the data go in as eighths of an ADU, and so do the limits.
            _, threshold, largest, length = case["pars"][:4]
            common_mode = common_mode_from((ALGORITHM, threshold * 8, largest * 8, length))
            bad = (stored["status"] != 0) & bool(status)
            factor = np.where(bad, np.nan, EIGHTH).astype(np.float32).reshape(1, -1)
            out = np.empty((1, 1, eighths.size), np.float32)
            level(*one_panel(eighths.astype("<i2")), np.empty(0, "<i2"), np.zeros_like(factor), factor, common_mode, out)
            shape = eighths.shape
            result = out.reshape(shape)
            samples = stored[f"out_{case['tag']}_st{status}__sub"]
            good = ~bad[..., ::5, ::7]
            np.testing.assert_allclose(result[..., ::5, ::7][good], samples[good], atol=2e-4)


def test_a_camera_is_its_raw_pixels_less_the_pedestal(golden_dir: Path) -> None:
    stored = np.load(golden_dir / "calib" / "calib_area.npz")
    pedestal = (stored["cam_peds_i16"] * EIGHTH).astype(np.float32).reshape(1, -1)
    out = np.empty((1, 1, pedestal.size), np.float32)
    level(*one_panel(stored["cam_raw"]), np.empty(0, "<u2"), pedestal, np.ones_like(pedestal), OFF, out)
    np.testing.assert_allclose(out.reshape(stored["cam_raw"].shape), stored["cam_out_ped"], atol=1e-4)


def test_epix100_without_common_mode(golden_dir: Path) -> None:
    stored = np.load(golden_dir / "calib" / "calib_area.npz")
    made = np.load(golden_dir / "calib" / "cm_epix100a_input.npz")
    pedestal = ((stored["ep100_peds_row_i16"].astype(np.int32) + stored["ep100_peds_col_i16"]) * EIGHTH).astype(np.float32)
    raw = np.round(pedestal + made["data_i16"] * EIGHTH).astype("<u2")
    factor = np.where(made["status"] == 0, stored["ep100_gain_row"][:, None], np.nan).astype(np.float32)
    out = np.empty((1, 1, raw.size), np.float32)
    level(*one_panel(raw), np.empty(0, "<u2"), pedestal.reshape(1, -1), factor.reshape(1, -1), OFF, out)
    assert_summary(stored, "ep100_out_none", out.reshape(raw.shape), 1e-3)


@pytest.mark.parametrize("masked", [True, False])
def test_jungfrau_gain_switching(golden_dir: Path, masked: bool) -> None:
    stored = np.load(golden_dir / "calib" / "calib_jungfrau.npz")
    raw = stored["raw"][0]
    rows, columns = (stored[f"peds_{axis}_i16"] * EIGHTH for axis in ("row", "col"))
    pedestal = (stored["peds_base"][:, None, None] + rows[:, :, None] + columns[:, None, :]).astype(np.float32)
    offset = stored["offs_base"][:, None, None] + (stored["offs_row_i16"] * EIGHTH)[:, :, None]
    gain = (stored["gain_row"][:, :, None] * stored["gain_col"][:, None, :]).astype(np.float32)
    gain[tuple(stored["gain_zero_idx"].T)] = 0
    factor = np.divide(1, gain, out=np.zeros_like(gain), where=gain != 0)
    if masked:
        good = np.unpackbits(stored["mask_packed"])[: raw.size].reshape(raw.shape).astype(bool)
        factor[:, ~good] = np.nan
    out = np.empty((1, 1, raw.size), np.float32)
    flat = (3, 1, raw.size)
    switch_gain(*one_panel(raw), GAIN, (pedestal + offset).astype(np.float32).reshape(flat), factor.reshape(flat), out)
    assert_summary(stored, "out_m0" if masked else "out_m0_nomask", out.reshape(raw.shape), 1e-3)
