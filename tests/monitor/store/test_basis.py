"""Shapes of pulses: made, written, read, and refused when they are none."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from monitor.errors import DamagedData
from monitor.store.basis import basis_of, read_basis, write_basis
from monitor.store.sum_image import read_sum

RNG = np.random.default_rng(2)
SHAPES = np.linalg.qr(RNG.normal(size=(20, 2)))[0].T


def test_the_shapes_that_waveforms_are_made_of_come_back() -> None:
    traces = 4.0 + RNG.normal(size=(30, 2)) * [10, 1] @ SHAPES
    traces = np.concatenate([np.full((30, 5), 4.0), traces], axis=1)
    traces[3, 9] = np.nan
    basis = basis_of(traces, roi=(5, 25), background=5)
    assert len(basis.references) == 29
    np.testing.assert_allclose(basis.singular_values[2:], 0, atol=1e-9)
    np.testing.assert_allclose(basis.components[:2].T @ basis.components[:2], SHAPES.T @ SHAPES, atol=1e-9)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    basis = basis_of(RNG.normal(size=(40, 30)), roi=(2, 20), background=2, channel=1)
    write_basis(tmp_path / "basis.h5", basis)
    found = read_basis(tmp_path / "basis.h5")
    np.testing.assert_array_equal(found.components, basis.components)
    assert (found.roi, found.background, found.channel) == ((2, 20), 2, 1)


def test_a_background_of_minus_one_means_none(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "basis.h5", "w") as file:
        file["components"], file["background_roi"] = np.eye(3), -1
    assert read_basis(tmp_path / "basis.h5").background == 0


def test_a_region_without_waveforms_is_refused() -> None:
    with pytest.raises(ValueError, match="no waveform"):
        basis_of(np.full((3, 4), np.nan))


@pytest.mark.parametrize("content", [b"", b"no HDF5", b"\x89HDF\r\n\x1a\n" + bytes(100)])
def test_any_other_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.h5"
    path.write_bytes(content)
    for read in (read_basis, lambda file: read_sum(file, "a")):
        with pytest.raises(DamagedData, match=r"other\.h5"):
            read(path)


def test_a_file_without_shapes_is_named(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "basis.h5", "w") as file:
        file["components"] = [1.0, 2.0]
    with pytest.raises(DamagedData, match="components"):
        read_basis(tmp_path / "basis.h5")


def test_a_sum_of_a_file_is_read_by_its_name_and_the_others_are_told(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "run.h5", "w") as file:
        file["Sums/alvium_tt_calib"] = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(read_sum(tmp_path / "run.h5", "alvium_tt_calib"), [[0, 1, 2], [3, 4, 5]])
    with pytest.raises(DamagedData, match="alvium_tt_calib"):
        read_sum(tmp_path / "run.h5", "other")
