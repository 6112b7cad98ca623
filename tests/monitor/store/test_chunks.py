from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h5py
import numpy as np
import pytest

from monitor.store.chunks import FILTERS, append_rows, write_rows


@pytest.mark.parametrize("dtype", ["?", "u1", "i2", "f4", "f8", "S3"])
@pytest.mark.parametrize("count", [1, 4, 7, 8])
@pytest.mark.parametrize("shape", [(), (3,), (2, 5)])
def test_chunks_of_ours_read_as_those_of_the_library(tmp_path: Path, dtype: str, count: int, shape: tuple[int, ...]) -> None:
    rows = np.random.default_rng(1).integers(0, 2, (count, *shape)).astype(dtype)
    with h5py.File(tmp_path / "a.h5", "w") as file, ThreadPoolExecutor(2) as pool:
        dataset = file.create_dataset("x", rows.shape, dtype, chunks=(4, *shape), maxshape=(None, *shape), **FILTERS)
        write_rows(dataset, 0, rows, pool)
    with h5py.File(tmp_path / "a.h5") as file:
        np.testing.assert_array_equal(file["x"][:], rows, strict=True)
        assert file["x"].compression == "gzip"
        assert file["x"].shuffle


@pytest.mark.parametrize("shape", [(), (2, 3)])
@pytest.mark.parametrize("dtype", ["?", "u1", "<f8", ">i4", "S3"])
def test_rows_appended_in_any_pieces_are_those_of_the_library(tmp_path: Path, dtype: str, shape: tuple[int, ...]) -> None:
    dice = np.random.default_rng(1)
    rows = dice.integers(0, 2, (60, *shape)).astype(dtype)
    with h5py.File(tmp_path / "a.h5", "w", libver=("v110", "v110")) as file:
        dataset = file.create_dataset("x", (0, *shape), dtype, chunks=(4, *shape), maxshape=(None, *shape))
        first = 0
        for count in (3, 1, 4, 0, 9, 2, 1, 16, 7, 17):
            dataset.resize(first + count, axis=0)
            append_rows(dataset, first, rows[first : first + count])
            first += count
    with h5py.File(tmp_path / "a.h5") as file:
        np.testing.assert_array_equal(file["x"][:], rows, strict=True)


def test_the_filled_part_of_the_last_chunk_holds_the_missing_value(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file, ThreadPoolExecutor(1) as pool:
        dataset = file.create_dataset("x", (3,), "i4", chunks=(4,), maxshape=(None,), fillvalue=-99999, **FILTERS)
        write_rows(dataset, 0, np.array([1, 2, 3], "i4"), pool)
        dataset.resize((4,))
        assert dataset[:].tolist() == [1, 2, 3, -99999]
