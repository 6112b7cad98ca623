"""Settings that name a mask or a geometry which cannot be read are refused before a worker gets them."""

from pathlib import Path

import numpy as np
import pytest

from monitor.errors import ConfigError
from monitor.reader.calibration import check_files
from monitor.settings import parse


def checked(**detector: object) -> None:
    check_files(parse({"detector": [{"name": "cam", **detector}]}))


def test_a_detector_that_names_no_file_is_accepted() -> None:
    checked()
    checked(geometry="none")


def test_a_mask_that_can_be_read_is_accepted(tmp_path: Path) -> None:
    np.save(tmp_path / "mine.npy", np.ones((2, 3), np.uint8))
    (tmp_path / "mine.txt").write_text("1 0 1\n1 1 1\n")
    for name in ("mine.npy", "mine.txt"):
        checked(mask={"file": str(tmp_path / name)})


@pytest.mark.parametrize("content", [None, b"", b"\x93NUMPY\x01\x00", b"PK\x03\x04 nothing"])
@pytest.mark.parametrize("name", ["mine.npy", "mine.npz"])
def test_a_mask_that_cannot_be_read_is_refused_by_its_key(tmp_path: Path, name: str, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=rf"^detector\.cam\.mask\.file: .*{name}"):
        checked(mask={"file": str(tmp_path / name)})


@pytest.mark.parametrize("content", [None, b"no geometry\n"])
def test_a_geometry_that_cannot_be_read_is_refused_by_its_key(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "0-end.data"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"^detector\.cam\.geometry: .*0-end\.data"):
        checked(geometry=str(file))
