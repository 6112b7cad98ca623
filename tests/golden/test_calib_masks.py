"""Masks: every operation on every input of golden/calib/masks.npz (README there)."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.calib.masks import grown, grown_by_radius, merged, over_ranges, status_over_ranges, within_edges
from monitor.calib.status import status_mask

KINDS = {"st": "pixel_status", "stx": "status_extra", "std": "status_data"}
RANGES: dict[str, Any] = {"jungfrau": range(3), "epix10ka": range(5)}


def neighbours(data: Any, case: dict[str, Any]) -> Any:
    return grown(data[case["input"]] != 0, 8 if case["allnbrs"] else 4)


def radius(data: Any, case: dict[str, Any]) -> Any:
    return grown_by_radius(data[case["input"]] != 0, case["rad"], case["ptrn"])


def edges(data: Any, case: dict[str, Any]) -> Any:
    mask = data[case["input"]] != 0
    return merged([mask, within_edges(mask.shape, case["mrows"], case["mcols"])])


def merged_masks(data: Any, case: dict[str, Any]) -> Any:
    return over_ranges(data["status7"] == 0, case["indexes"])


def merged_status(data: Any, case: dict[str, Any]) -> Any:
    return status_over_ranges(data["status7"], case["indexes"])


def of_status(data: Any, case: dict[str, Any]) -> Any:
    words = {name: data[f"{short}_{case['det']}"] for short, name in KINDS.items()}
    codes = {"pixel_status": "mstcode", "status_extra": "mstextra", "status_data": "mstdata"}
    bits = {name: case[code] for name, code in codes.items() if code in case}
    ranges = case.get("indexes", RANGES.get(case["det"]))
    return status_mask(words, bits, ranges=ranges, neighbours=(0, 4, 8)[case.get("mode", 0)])  # type: ignore[arg-type]


OPERATIONS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "mask_neighbors": neighbours,
    "mask_neighbors_in_radius": radius,
    "mask_edges": edges,
    "merge_masks_for_gain_index": merged_masks,
    "merge_status": merged_status,
    "status_as_mask": of_status,
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_masks_are_those_of_the_original(golden_dir: Path, operation: str) -> None:
    with np.load(golden_dir / "calib" / "masks.npz") as data:
        cases = json.loads(str(data["cases_json"]))
        assert {case["op"] for case in cases} == set(OPERATIONS)
        for case in cases:
            if case["op"] == operation:
                made = OPERATIONS[operation](data, case)
                np.testing.assert_array_equal(made, data[f"out_{case['tag']}"], err_msg=case["tag"])
