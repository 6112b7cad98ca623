"""Good pixels: what constants and settings say, each by itself and in the facility's order."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.calib.mask_word import MASK, STATUS_MASK, USER_MASK
from monitor.errors import ConfigError
from monitor.settings import Mask
from workers.mask import mask_for

SHAPE = (2, 4, 5)


def bad(constants: dict[str, Any] = {}, shape: tuple[int, ...] = SHAPE, **wanted: Any) -> set[tuple[int, ...]]:  # noqa: B006
    good = mask_for(Mask(**wanted), {"pedestals": np.zeros(shape, np.float32), **constants}, shape)
    return {tuple(place) for place in np.argwhere(~good).tolist()}


def status(*words: tuple[tuple[int, ...], int], shape: tuple[int, ...] = SHAPE) -> np.ndarray:
    array = np.zeros(shape, np.uint16)
    for place, word in words:
        array[place] = word
    return array


def test_any_status_bit_and_the_pixel_mask_count_by_default() -> None:
    own = np.ones(SHAPE, np.uint8)
    own[1, 3, 4] = 0
    assert bad({"pixel_status": status(((0, 1, 2), 32)), "pixel_mask": own}) == {(0, 1, 2), (1, 3, 4)}
    assert bad({"pixel_status": status(((0, 1, 2), 32)), "pixel_mask": own}, status=16, pixel_mask=False) == set()


def test_without_pedestals_pixels_are_raw_and_good() -> None:
    assert mask_for(Mask(), {"pixel_status": status(((0, 1, 2), 1))}, SHAPE).all()


def test_each_status_type_has_bits_of_its_own() -> None:
    words = {
        "pixel_status": status(((0, 0, 0), 1)),
        "status_data": status(((0, 0, 1), 2)),
        "status_extra": status(((0, 0, 2), 4)).astype(np.uint64),
    }
    assert bad(words) == {(0, 0, 0), (0, 0, 1), (0, 0, 2)}
    assert bad(words, status=0, status_data=2, status_extra=3) == {(0, 0, 1)}


def test_a_range_of_seven_counts_only_where_the_facility_looks() -> None:
    words = {"pixel_status": status(((4, 0, 0, 0), 1), ((5, 0, 0, 1), 1), shape=(7, *SHAPE))}
    assert bad(words) == {(0, 0, 0)}
    assert bad(words, ranges=(5,)) == {(0, 0, 1)}
    with pytest.raises(ConfigError, match="none of the gain ranges"):
        bad(words, ranges=(9,))


def test_every_range_of_three_counts() -> None:
    words = {"pixel_status": status(((0, 0, 0, 0), 1), ((2, 1, 0, 1), 1), shape=(3, *SHAPE))}
    assert bad(words) == {(0, 0, 0), (1, 0, 1)}


def test_neighbours_and_radius_grow_within_the_panel() -> None:
    corner = {"pixel_status": status(((0, 3, 4), 1))}
    assert bad(corner, neighbours=4) == {(0, 3, 4), (0, 2, 4), (0, 3, 3)}
    assert bad(corner, radius=1, pattern="s") == {(0, 3, 4), (0, 2, 4), (0, 3, 3), (0, 2, 3)}


def test_the_pixel_mask_does_not_grow() -> None:
    own = np.ones(SHAPE, np.uint8)
    own[0, 2, 2] = 0
    assert bad({"pixel_mask": own}, radius=2) == {(0, 2, 2)}


def test_edges_are_those_of_every_panel() -> None:
    inner = {(p, r, c) for p in range(2) for r in (1, 2) for c in range(5)}
    everything = {(p, r, c) for p in range(2) for r in range(4) for c in range(5)}
    assert bad(edges=(1, 0)) == everything - inner


@pytest.mark.parametrize("name", ["pedestals", "pixel_gain"])
def test_a_pixel_whose_constant_is_no_number_is_bad(name: str) -> None:
    array = np.ones(SHAPE, np.float32)
    array[0, 1, 1] = np.nan
    assert bad({name: array}) == {(0, 1, 1)}


def test_unbonded_pixels_and_borders_of_chips_of_a_cspad() -> None:
    shape = (1, 185, 388)
    unbonded = {(0, r, c) for r in range(0, 185, 10) for c in (r, r + 194)}
    assert bad(shape=shape, unbonded=True) == unbonded
    assert bad(shape=shape, central=1) == {(0, r, c) for r in range(185) for c in (193, 194)}


@pytest.mark.parametrize(
    ("bits", "same"),
    [
        (1, {"pixel_mask": False}),
        (2, {"status": 0}),
        (4, {"status": 0, "pixel_mask": False, "edges": (1, 1)}),
        (8, {"status": 0, "pixel_mask": False, "central": 1}),
        (16, {"status": 0, "pixel_mask": False, "unbonded": True}),
        (32, {"status": 0, "pixel_mask": False, "unbonded": True, "unbonded_neighbours": 4}),
        (112, {"status": 0, "pixel_mask": False, "unbonded": True, "unbonded_neighbours": 8}),
        (61, {"pixel_mask": False, "edges": (1, 1), "central": 1, "unbonded": True, "unbonded_neighbours": 4}),
    ],
)
def test_the_word_of_the_facility_means_these_switches(bits: int, same: dict[str, Any]) -> None:
    shape = (1, 185, 388)
    own = np.ones(shape, np.uint8)
    own[0, 100, 100] = 0
    constants = {"pixel_status": status(((0, 50, 60), 1), shape=shape), "pixel_mask": own}
    assert bad(constants, shape, bits=bits) == bad(constants, shape, **same) != set()


@pytest.mark.parametrize("name", ["mask.npy", "mask.data"])
def test_the_mask_of_the_user_is_a_file(tmp_path: Path, name: str) -> None:
    own = np.ones(SHAPE)
    own[1, 0, 0] = 0
    if name.endswith("npy"):
        np.save(tmp_path / name, own)
    else:
        np.savetxt(tmp_path / name, own.reshape(8, 5), fmt="%d")
    assert bad(file=str(tmp_path / name)) == {(1, 0, 0)}


def test_a_mask_of_the_user_that_does_not_fit_is_a_setting_to_mend(tmp_path: Path) -> None:
    np.save(tmp_path / "mask.npy", np.ones(3))
    with pytest.raises(ConfigError, match=r"has 3 pixels, a frame of shape \(2, 4, 5\) has 40"):
        bad(file=str(tmp_path / "mask.npy"))
    with pytest.raises(ConfigError, match="the mask cannot be used"):
        bad(file=str(tmp_path / "nowhere.npy"))


def test_the_masks_of_small_data_files_have_words() -> None:
    assert (STATUS_MASK, MASK, USER_MASK) == (1, 61, 63)
