"""A saved picture has every pixel's number, and says what it is."""

from io import BytesIO

import h5py
import numpy as np
import pytest

from dashboards.pictures.details import Details
from dashboards.pictures.file import about_picture, good_of, picture_content
from dashboards.snapshot import Picture, Snapshot

IMAGE = np.array([[1.5, np.nan, -3e-7], [16777217.0, 0.1, np.inf]], np.float32)
PICTURE = Picture(IMAGE, "keV", 12, {"run": 98, "seq": 4711, "event_time": 5}, 0.0)


def test_hdf5_gives_back_values_mask_and_what_the_picture_is() -> None:
    said = about_picture(Snapshot(run={"run": 98, "experiment": "xppi0310"}), PICTURE, "cspad", "live", panels=False)
    good = good_of(PICTURE, None, panels=False)

    with h5py.File(BytesIO(picture_content(PICTURE, good, said, "h5"))) as file:
        np.testing.assert_array_equal(file["image"][:], IMAGE)
        np.testing.assert_array_equal(file["mask"][:], [[1, 0, 1], [1, 1, 0]])
        told = dict(file["image"].attrs)

    assert (told["unit"], told["run"], told["seq"], told["count"]) == ("keV", 98, 4711, 12)
    assert (told["detector"], told["arrangement"]) == ("cspad", "assembled")


def test_text_gives_back_every_single_precision_number() -> None:
    image = np.random.default_rng(1).normal(size=(3, 50)).astype(np.float32) * np.float32(1e7)
    image[1, 2] = np.nan
    picture = Picture(image, "keV", 1, {}, 0.0)

    lines = picture_content(picture, np.ones(image.shape, np.uint8), {"unit": "k\neV"}, "csv").decode().splitlines()

    assert lines[0] == "# unit: k eV"
    read = np.array([[float(cell or "nan") for cell in line.split(",")] for line in lines[1:]], np.float32)
    np.testing.assert_array_equal(read, image)


@pytest.mark.parametrize("panels", [False, True])
def test_the_mask_is_the_one_in_force_where_that_is_known(panels: bool) -> None:
    index = np.array([[1, 0, 3, 2]], np.int32)
    details = Details("cspad", (1, 1, 4), index, {"mask": np.array([[[1, 0, 1, 1]]], np.uint8)})
    picture = Picture(np.array([[5, 6, 7, np.nan]], np.float32), "keV", 1, {}, 0.0)
    if panels:
        side = details.side_by_side(picture.image)
        assert side is not None
        picture = Picture(side, "keV", 1, {}, 0.0)

    # Pixel 1 is masked; pixel 2 has no value.
    expected = [[1, 0, 0, 1]] if panels else [[0, 1, 1, 0]]
    np.testing.assert_array_equal(good_of(picture, details, panels=panels), expected)
