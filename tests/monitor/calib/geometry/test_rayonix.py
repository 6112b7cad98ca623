"""Rayonix: the matrix follows the configuration of the run."""

from monitor.calib.geometry.rayonix import matrix_name, with_matrix
from monitor.calib.geometry.text import parse

TEXT = "IP 0 MTRX:V2:3840:3840:44.271:44.271 0 1 2 -3 90 0 0 0.5 0 0\n"


def test_another_binning_makes_larger_pixels_at_the_same_place() -> None:
    before = parse(TEXT)
    after = with_matrix(before, matrix_name((1920, 1920), 88.542))
    assert after.objects[0].name == "MTRX:V2:1920:1920:88.542:88.542"
    assert (after.objects[0].offset, after.objects[0].tilt) == (before.objects[0].offset, before.objects[0].tilt)
    assert (after.scale, after.shape(after.top)) == (88.542, (1, 1920, 1920))


def test_the_right_matrix_stays() -> None:
    geometry = parse(TEXT)
    assert with_matrix(geometry, matrix_name((3840, 3840), 44.2708)) is geometry


def test_a_detector_that_is_no_single_matrix_stays() -> None:
    geometry = parse("IP 0 EPIX100:V1 0 0 0 0 0 0 0 0 0 0\n")
    assert with_matrix(geometry, matrix_name((1920, 1920), 88.542)) is geometry
