"""What rows were made with: once per content, in every part, by version and hash, through a crash."""

import hashlib
from pathlib import Path

import h5py
import numpy as np
import pytest

from monitor.store import open_run
from monitor.store.config import Configs
from monitor.store.memory import MemoryFile
from monitor.store.smalldata import SmallDataFile
from tests.monitor.store.made import table

MASK = np.array([[1, 0], [1, 1]], np.uint8)
OTHER = 1 - MASK


def test_every_part_and_the_run_have_what_their_rows_were_made_with(tmp_path: Path) -> None:
    file = SmallDataFile(tmp_path, "e81", 98, sync=False, compacted=False)
    file.settings(1, "[pool]", first=0)
    file.config(1, {"cspad/mask": MASK, "cspad/name": "cspad"})
    file.commit([table(0, 3)], {}, stop=3)
    file.config(1, {"cspad/mask": MASK.copy()})
    file.commit([table(3, 6)], {}, stop=6)
    file.config(2, {"cspad/mask": OTHER, "cspad/name": "cspad"})
    file.commit([table(6, 9)], {}, stop=9)
    file.finish()
    for name in ("e81_Run0098_part0001.h5", "e81_Run0098_part0002.h5", "e81_Run0098.h5"):
        with h5py.File(tmp_path / name) as part:
            np.testing.assert_array_equal(part["UserDataCfg/cspad/mask"], MASK)
            assert part["UserDataCfg/cspad/name"][()].tolist() == [b"cspad"]
            assert part["UserDataCfg/pipeline/settings_1"][()] == b"[pool]"
    with h5py.File(tmp_path / "e81_Run0098.h5") as run:
        np.testing.assert_array_equal(run["UserDataCfg/cspad/mask_2"], OTHER)
        used = {name: path for name, path, _ in run["UserDataCfg/pipeline/config_2"][()].tolist()}
        assert used == {b"cspad/mask": b"cspad/mask_2", b"cspad/name": b"cspad/name"}
    assert not (tmp_path / "e81_Run0098_part0003.h5").exists()


def test_the_hash_is_that_of_type_shape_and_values(tmp_path: Path) -> None:
    file = SmallDataFile(tmp_path, "e81", 98, sync=False)
    file.config(1, {"cspad/mask": MASK})
    file.commit([table(0, 3)], {}, stop=3)
    file.finish()
    with open_run(file.path) as run:
        assert run.used == {1: {"cspad/mask": ("cspad/mask", hashlib.sha256(b"|u1[2, 2]\x01\x00\x01\x01").hexdigest())}}
        np.testing.assert_array_equal(run.config["cspad/mask"], MASK)


def test_a_writer_that_goes_on_after_a_crash_knows_what_it_had(tmp_path: Path) -> None:
    first = SmallDataFile(tmp_path, "e81", 98, sync=False)
    first.config(1, {"cspad/mask": MASK})
    first.commit([table(0, 3)], {}, stop=3)
    first.config(2, {"cspad/mask": OTHER})
    first.close()
    again = SmallDataFile(tmp_path, "e81", 98, sync=False, existing="resume")
    again.config(1, {"cspad/mask": MASK})
    again.config(3, {"cspad/mask": OTHER})
    again.commit([table(3, 6)], {}, stop=6)
    again.finish()
    with open_run(again.path) as run:
        assert {version: {name: path for name, (path, _) in used.items()} for version, used in run.used.items()} == {
            1: {"cspad/mask": "cspad/mask"},
            3: {"cspad/mask": "cspad/mask_2"},
        }
        assert set(run.config) == {"cspad/mask", "cspad/mask_2"}


def test_what_was_not_committed_is_forgotten_in_memory_too() -> None:
    file = MemoryFile("e81", 98)
    file.config(1, {"cspad/mask": MASK})
    file.commit([], {}, stop=0)
    file.config(1, {"cspad/mask": OTHER})
    file.crash()
    assert set(file.configs) == {"cspad/mask"}
    file.config(1, {"cspad/mask": OTHER})
    file.commit([], {}, stop=0)
    np.testing.assert_array_equal(file.configs["cspad/mask_2"], OTHER)


@pytest.mark.parametrize(
    ("names", "paths"),
    [
        (("pipeline/settings_1",), {"pipeline_/settings_1"}),
        (("a", "a/b"), {"a", "a_b"}),
        (("a/b", "a"), {"a/b", "a_2"}),
        (("../x", "", "a\0b"), {"x", "unnamed", "ab"}),
    ],
)
def test_names_that_a_file_cannot_hold_find_a_place(names: tuple[str, ...], paths: set[str]) -> None:
    configs = Configs({})
    configs.add(1, {name: np.full(1, n) for n, name in enumerate(names)})
    assert set(configs.arrays) == paths
