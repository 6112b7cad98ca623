"""Files made from a big file by rule equal those that the original tools made; any file is written again byte for byte."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from monitor.xtc.header import XTC, Level
from monitor.xtc.rewriting.index_file import FileIndex
from monitor.xtc.rewriting.rebuild import Action, rebuild
from monitor.xtc.rewriting.small_data import small_datagrams
from monitor.xtc.walk import heads, walk
from tests.conftest import golden_root
from tests.support.golden_xtc import contents, golden_files


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    folder = golden_root(metafunc.config) / "xtc"
    for name, files in (
        ("small", sorted((folder / "smalldata").glob("*.smd.xtc"))),
        ("index", sorted((folder / "index").glob("*.xtc.idx"))),
        ("file", golden_files(folder)),
    ):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, files, ids=[path.name for path in files])


def big_file(folder: Path, name: str) -> np.ndarray:
    path = folder / name
    return np.frombuffer(path.read_bytes() if path.exists() else gzip.decompress((folder / f"{name}.gz").read_bytes()), np.uint8)


def without_uninitialised_words(data: bytes) -> bytes:
    """The physical word of what the small-data writer itself adds is not initialised by the original."""
    copy = bytearray(data)
    table = heads(np.frombuffer(data, np.uint8)).table
    for head in table:
        first = int(head["offset"]) + 40
        if first + 20 > head["offset"] + head["length"]:
            continue
        header = np.frombuffer(data, XTC, 1, first)[0]
        if header["logical"] >> 24 == Level.RECORDER:
            copy[first + 8 : first + 12] = bytes(4)
    return bytes(copy)


def test_the_small_data_file_is_that_of_the_original_tool(small: Path) -> None:
    original = small.read_bytes()
    threshold = int(np.frombuffer(original, "<u4", 1, 60)[0])
    big = big_file(small.parent.parent, small.name.replace(".smd", ""))
    made = b"".join(part.tobytes() for part in small_datagrams(big, heads(big).table, threshold))
    assert without_uninitialised_words(made) == without_uninitialised_words(original)


def test_the_index_is_that_of_the_original_tool(index: Path) -> None:
    name = index.name.removesuffix(".idx")
    big = big_file(index.parent.parent, name)
    made = FileIndex(name)
    made.add(big, heads(big).table)
    assert made.data() == index.read_bytes()


def test_a_file_whose_payloads_are_all_kept_is_the_same_file(file: Path) -> None:
    data = contents(file)
    found = heads(data)
    walked = walk(data, found.table["offset"], found.table["length"])
    if len(walked.corrupt):
        pytest.skip("what cannot be walked cannot be built again; such files are copied, not rebuilt")
    made = rebuild(data, found.table, np.full(len(walked.index), Action.COPY, np.uint8))
    assert made.data.tobytes() == data[: found.stop].tobytes()
    assert made.lengths.tolist() == found.table["length"].tolist()
