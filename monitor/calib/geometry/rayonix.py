"""Rayonix: its binning is chosen run by run, so the matrix in a geometry file may not be the one of the run."""

from dataclasses import replace

from monitor.calib.geometry.segment import segment_for
from monitor.calib.geometry.tree import Geometry

DEVICE = "Rayonix"
MATRIX = "MTRX:"
TOLERANCE_UM = 0.01


def matrix_name(shape: tuple[int, ...], pitch: float) -> str:
    """Name of the matrix that a configuration means: rows and columns of a frame, size of a pixel in micrometre."""
    return f"MTRX:V2:{shape[0]}:{shape[1]}:{pitch:.3f}:{pitch:.3f}"


def with_matrix(geometry: Geometry, name: str) -> Geometry:
    """The geometry with its only matrix replaced by that of this name; the same object if it is the same already."""
    matrices = [each for each in geometry.objects if each.name.startswith(MATRIX)]
    wanted, found = segment_for(name), segment_for(matrices[0].name) if len(matrices) == 1 else None
    if wanted is None or found is None:
        return geometry
    if found.shape == wanted.shape and abs(found.scale - wanted.scale) < TOLERANCE_UM:
        return geometry
    return geometry.with_object(matrices[0], replace(matrices[0], name=name))
