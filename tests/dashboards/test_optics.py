"""Momentum transfer and resolution by hand, and where the numbers come from."""

import math
from typing import Any

import numpy as np
import pytest

from dashboards.optics import Given, Optics, optics_for, placement_of
from dashboards.pictures.details import Details
from dashboards.snapshot import FieldInfo, Snapshot
from dashboards.table import Table

# 12.398... keV are 1 Å: at 45 degrees q = 4 pi sin(22.5 deg) and d = 1 / (2 sin(22.5 deg)).
ONE_ANGSTROM = Optics(energy=12.398419843320026, distance=100.0, x=500.0, y=-500.0)


def details(z: float | None = -100_000.0) -> Details:
    """Ten by twenty pixels of 100 micrometre, turned: x down, y to the right, the origin at place (2, 3)."""
    row, column = np.indices((10, 20))
    maps: dict[str, Any] = {"x": (row - 2) * 100.0, "y": (column - 3) * 100.0}
    if z is not None:
        maps["z"] = np.full((10, 20), z)
    return Details("d", (10, 20), np.arange(200, dtype=np.int32).reshape(10, 20), maps)


def snapshot(energy: float | None = None) -> Snapshot:
    if energy is None:
        return Snapshot()
    seq = np.arange(3)
    rows = Table(seq, seq, seq, seq.astype(float), {"ebeam/photon_energy": np.array([energy, np.nan, energy])})
    return Snapshot(rows=rows, fields={"ebeam/photon_energy": FieldInfo("eV")})


AZAV = {"detector": [{"name": "d", "feature": [{"kind": "azav", "eBeam": 8.0, "dis_to_sam": 80, "center": [10.0, 20.0]}]}]}


def test_q_and_radius_at_45_degrees() -> None:
    assert ONE_ANGSTROM.q(500.0 + 100_000, -500.0) == pytest.approx(4 * math.pi * math.sin(math.pi / 8))
    assert ONE_ANGSTROM.radius(1 / (2 * math.sin(math.pi / 8))) == pytest.approx(100_000)


@pytest.mark.parametrize("resolution", [0.3, 0.6])
def test_a_resolution_behind_the_sample_has_no_ring(resolution: float) -> None:
    assert ONE_ANGSTROM.radius(resolution) is None


def test_the_azimuthal_average_goes_before_what_is_measured_and_a_person_before_all() -> None:
    found, said = optics_for(snapshot(9000.0), AZAV, details(), Given(distance=70.0))

    assert found == Optics(energy=8.0, distance=70.0, x=10.0, y=20.0)
    assert said == "8 keV (settings), 70 mm (by hand), centre 10, 20 µm"


def test_without_settings_beam_and_geometry_file_tell() -> None:
    found, said = optics_for(snapshot(9000.0), {}, details(), Given())

    assert found == Optics(energy=9.0, distance=100.0, x=0.0, y=0.0)
    assert "measured" in said
    assert "geometry" in said


def test_what_is_missing_is_said() -> None:
    assert optics_for(snapshot(), {}, details(None), Given()) == (None, "No q without photon energy and distance.")


def test_positions_become_places_of_the_image() -> None:
    placement = placement_of(details())

    assert placement is not None
    assert placement.place(0.0, 0.0) == pytest.approx((2.5, 3.5))
    assert placement.place(100.0, -200.0) == pytest.approx((3.5, 1.5))
    assert placement.pixels_per_um == pytest.approx(0.01)
