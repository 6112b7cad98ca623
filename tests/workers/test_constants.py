"""Which constants a detector gets, and what is said where they are missing or do not fit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.settings import parse
from tests.support.closed_folder import close
from workers.constants import MissingConstants, constants_for
from workers.run_view import Source
from workers.trouble import Trouble

SHAPE = (2, 2)
SOURCE = Source("XppGon-0|Zyla-0", "", 1, 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Folder of the source in a calib directory, with good pedestals from run 5 on."""
    folder = tmp_path / "calib" / "Camera::CalibV1" / "XppGon.0:Zyla.0"
    (folder / "pedestals").mkdir(parents=True)
    (folder / "pixel_gain").mkdir()
    (folder / "pedestals" / "5-end.data").write_text("1 2\n3 4\n")
    return folder


def found(folder: Path, run: int = 5, *, more: dict[str, Any] | None = None, **detector: Any) -> tuple[set[str], list[str]]:
    data = {"detector": [{"name": "cam", **detector}], "calib_directory": str(folder.parents[1]), **(more or {})}
    settings, note = parse(data), Trouble()
    constants = constants_for(settings.detector[0], SOURCE, run, settings, (), SHAPE, note)
    return set(constants), list(note.counts)


def test_constants_that_fit_are_not_mentioned(folder: Path) -> None:
    assert found(folder) == ({"pedestals"}, [])


def test_the_word_none_means_raw(folder: Path) -> None:
    assert found(folder, constants="none") == (set(), [])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "1 2\n3\n",
            "pixel_gain of XppGon.0:Zyla.0 cannot be used: row 2 has more or fewer numbers than the 2 of the first in {file}",
        ),
        ("1 2 3\n", "pixel_gain has 3 numbers, expected are 2 x 2, in {file}"),
        ("1 2\nbad 4\n", "{cannot}: 'bad' is not a number in {file} at byte 4"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_what_was_expected(folder: Path, text: str, why: str) -> None:
    file = folder / "pixel_gain" / "0-end.data"
    file.write_text(text)
    text = why.format(file=file, cannot="pixel_gain of XppGon.0:Zyla.0 cannot be used")
    assert found(folder) == ({"pedestals"}, [f"cam: {text}; the default is used"])
    with pytest.raises(MissingConstants, match="pixel_gain"):
        found(folder, constants="required")


@pytest.mark.parametrize("content", [b"", b"1 2\n3\n", b"1 2 3\n", bytes(range(128, 256))])
def test_pedestals_that_cannot_be_used_are_named_once_and_not_called_missing(folder: Path, content: bytes) -> None:
    file = folder / "pedestals" / "5-end.data"
    file.write_bytes(content)
    constants, (text,) = found(folder)
    assert constants == set()
    assert text.startswith("cam: pedestals ")
    assert str(file) in text
    assert text.endswith("; raw pixels are used")
    with pytest.raises(MissingConstants) as stopped:
        found(folder, constants="required")
    assert "no pedestals" not in str(stopped.value)


@pytest.mark.parametrize(
    ("below", "what", "without"),
    [
        ("", "constants", "raw pixels are used"),
        ("pedestals", "pedestals", "raw pixels are used"),
        ("pixel_gain", "pixel_gain", "the default is used"),
        ("geometry", "geometry", "the default is used"),
    ],
)
def test_a_folder_that_may_not_be_read_is_named_and_not_called_empty(
    folder: Path, monkeypatch: pytest.MonkeyPatch, below: str, what: str, without: str
) -> None:
    closed = folder / below
    closed.mkdir(exist_ok=True)
    close(monkeypatch, closed)
    why = f"{what} of XppGon.0:Zyla.0 cannot be used: the folder cannot be read: Permission denied in {closed}"
    assert found(folder)[1] == [f"cam: {why}; {without}"]
    with pytest.raises(MissingConstants, match="Permission denied"):
        found(folder, constants="required")


@pytest.mark.parametrize("name", ["nowhere", "nowhere.npz"])
def test_a_place_with_nothing_means_defaults_unless_constants_are_required(folder: Path, tmp_path: Path, name: str) -> None:
    place = str(tmp_path / name)
    constants, texts = found(folder, constants=place)
    assert constants == set()
    assert [(place in text, text.endswith("; raw pixels are used")) for text in texts] == [(True, True)]
    with pytest.raises(MissingConstants, match=name):
        found(folder, constants=place, constants_required=True)


def test_missing_pedestals_mean_raw_pixels_unless_they_are_required(folder: Path) -> None:
    place = folder.parents[1]
    why = f"no pedestals for XppGon-0|Zyla-0, run 4, in {place}"
    assert found(folder, 4) == (set(), [f"cam: {why}; raw pixels are used"])
    with pytest.raises(MissingConstants, match=r"detector\.cam\.constants: no pedestals"):
        found(folder, 4, constants="required")
    with pytest.raises(MissingConstants, match="no pedestals"):
        found(folder, 4, constants=str(place), constants_required=True)


def test_content_other_than_that_of_the_version_is_said(folder: Path) -> None:
    file = folder / "pedestals" / "5-end.data"
    texts = found(folder, more={"constants": {str(file): "0" * 64}})[1]
    assert texts == [f"cam: {file} has changed since this version of the settings was made"]


def test_a_numpy_file_has_its_place_in_the_sentence(folder: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "c.npz", pedestal=np.ones(SHAPE), gain=np.ones(7))
    constants, texts = found(folder, constants=str(tmp_path / "c.npz"))
    assert constants == {"pedestals"}
    assert texts == [f"cam: pixel_gain has 7 numbers, expected are 2 x 2, in {tmp_path / 'c.npz'}; the default is used"]
