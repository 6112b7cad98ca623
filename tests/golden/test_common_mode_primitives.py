"""Medians of rows, columns, banks and whole panels against the original code's output (golden/calib/README.md)."""

import math
from pathlib import Path

import numpy as np

from tests.support.golden_arrays import cases, eighths, stored
from workers.corrections.common_mode.median import Scratch, subtract_medians
from workers.corrections.common_mode.rule import Rule, Tile, below

ROWS, COLUMNS, WHOLE = "common_mode_rows", "common_mode_cols", "common_mode_2d"
BANK_ROWS, BANKS = "common_mode_rows_hsplit_nbanks", "common_mode_2d_hsplit_nbanks"


def test_primitives(golden_dir: Path) -> None:
    arrays = stored(golden_dir, "cm_primitives.npz")
    values = eighths(arrays["data_i16"])
    rows, columns = values.shape
    for case in cases(arrays):
        function, masked = case["func"], case["mask"]
        if function == BANKS and not masked:
            # The original corrects rows instead of banks there; calibration.md 16 says not to copy that.
            function = BANK_ROWS
        wide = columns // case.get("nbanks", 1)
        tile = {
            ROWS: Tile(rows=1, columns=columns),
            COLUMNS: Tile(rows=rows, columns=1),
            WHOLE: Tile(rows=rows, columns=columns),
            BANK_ROWS: Tile(rows=1, columns=wide),
            BANKS: Tile(rows=rows, columns=wide),
        }[function]
        least = case["npix_min"] + (function in (ROWS, COLUMNS, BANK_ROWS)) if masked else 0
        largest = math.inf if case["cormax"] is None else below(case["cormax"])
        good = (arrays["mask"] == 1) if masked else np.ones(values.shape, bool)
        result = values[None, None].copy()
        subtract_medians(result, good[None, None], tile, Rule(largest=largest, least=least, everywhere=False), Scratch(tile))
        np.testing.assert_allclose(result[0, 0], arrays[f"out_{case['tag']}"], atol=1e-4, err_msg=case["tag"])
