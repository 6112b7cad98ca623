"""Families that differ from plain frames in one thing: order of pixels, coding of words, size of a pixel, place of panels."""

import numpy as np
import pytest
from numpy.typing import NDArray

import workers.pipeline  # noqa: F401  # loads all families
from monitor.xtc.encode import encode
from monitor.xtc.names import detector_word
from monitor.xtc.types import BY_STRUCT
from tests.support.area_payloads import LEVEL, config_bytes, payloads_of, raw_frames, run_with, word_of
from workers.detectors import cspad, cspad2x2, pnccd
from workers.detectors.area import AREAS, Layout
from workers.payloads import Payloads
from workers.plan import area_family
from workers.run_view import RunView

FRAME = BY_STRUCT["Camera.FrameV1"]
RAYONIX = BY_STRUCT["Rayonix.ConfigV1"]


def frame_payloads(words: NDArray[np.uint16]) -> Payloads:
    head = np.array([words.shape[1], words.shape[0], 16, 0], "<u4")
    return payloads_of([np.concatenate([head.view(np.uint8), words.astype("<u2").view(np.uint8).ravel()])])


def layout(device: str, run: RunView, payloads: Payloads) -> Layout:
    physical = detector_word("XppEndstation", 0, device, 0)
    family = area_family(word_of(FRAME, physical), run)
    assert family is not None
    return family.layout(run.source(LEVEL, physical), FRAME, run, payloads)


def test_words_of_an_fccd960_are_shifted_by_their_code() -> None:
    words = np.array([[5, 1 << 13 | 5, 3 << 13 | 5], [0x1FFF, 3 << 13 | 0x1FFF, 1 << 15 | 5]], np.uint16)
    payloads = frame_payloads(words)
    (frame,) = raw_frames(layout("Fccd960", run_with(), payloads), payloads)
    assert frame.tolist() == [[5, 20, 40], [8191, 65528, 5]]


def test_words_of_other_cameras_are_taken_as_they_are() -> None:
    words = np.array([[5, 1 << 13 | 5]], np.uint16)
    payloads = frame_payloads(words)
    np.testing.assert_array_equal(raw_frames(layout("Fccd", run_with(), payloads), payloads)[0], words)


@pytest.mark.parametrize(("binning", "pitch"), [(2, 88.0), (4, 176.0)])
def test_a_pixel_of_a_rayonix_is_as_large_as_its_configuration_says(binning: int, pitch: float) -> None:
    physical = detector_word("XppEndstation", 0, "Rayonix", 0)
    config = encode(RAYONIX, {"binning_f": binning, "binning_s": binning})
    made = layout("Rayonix", run_with((RAYONIX, config), physical=physical), frame_payloads(np.zeros((2, 3), np.uint16)))
    assert made.arrangement().pitch == pitch


def test_a_rayonix_without_configuration_counts_in_pixels() -> None:
    made = layout("Rayonix", run_with(), frame_payloads(np.zeros((2, 3), np.uint16)))
    assert made.arrangement().pitch == 1.0


def test_a_source_that_no_family_wants_goes_to_one_that_names_what_is_missing() -> None:
    array = BY_STRUCT["Epix.ArrayV1"]
    assert area_family(word_of(array), run_with()) is dict(AREAS.items())["epix10ka"]


def test_the_quadrants_of_a_pnccd_are_two_by_two() -> None:
    links = np.arange(16).reshape(4, 2, 2)
    image = links.reshape(-1)[pnccd.quadrants(2).index()]
    assert image.tolist() == [[0, 1, 12, 13], [2, 3, 14, 15], [7, 6, 11, 10], [5, 4, 9, 8]]


def test_sections_of_a_cspad_2x2_stand_side_by_side() -> None:
    places = cspad2x2.arrangement()
    assert places.shape == (391, 380)
    assert (places.index() >= 0).sum() == 2 * 185 * 388
    corners = [(int(places.rows[s, r, c]), int(places.columns[s, r, c])) for s, r, c in ((0, 0, 0), (0, 184, 387), (1, 0, 194))]
    assert corners == [(390, 0), (0, 184), (193, 195)]


def test_a_cspad_of_high_gain_alone_needs_no_factor() -> None:
    quads = [{"gm": {"gainMap": np.full((185, 194), 0xFFFF, np.uint16)}}] * 4
    assert cspad.gain_factor({"quadMask": 15, "quads": quads}) is None


def test_a_cspad_takes_its_gain_map_from_the_configuration() -> None:
    config, kind = BY_STRUCT["CsPad.ConfigV3"], BY_STRUCT["CsPad.DataV2"]
    gains = np.full((185, 194), 0xFFFF, np.uint16)
    gains[7, 9] = 0xFFFF ^ 1 << 5
    quads = [{"gm": {"gainMap": gains if quad == 1 else np.full_like(gains, 0xFFFF)}} for quad in range(4)]
    run = run_with((config, config_bytes(config, {"quads": quads})))
    family = area_family(word_of(kind), run)
    assert family is not None
    made = family.layout(run.source(LEVEL, word_of(kind)[1]), kind, run, payloads_of([]))
    assert made.pixel_factor is not None
    assert [tuple(place) for place in np.argwhere(made.pixel_factor != 1).tolist()] == [(8 + 2, 7, 194 + 9)]
    assert made.pixel_factor[10, 7, 203] == np.float32(6.85)
