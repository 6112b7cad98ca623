"""Dataset strings: what they mean, and what is said about those that mean nothing."""

from pathlib import Path

import pytest

from monitor.errors import ConfigError, Unusable
from monitor.reader.sources.spec import Dataset, files_of, parse_dataset


def test_experiment_and_run() -> None:
    assert parse_dataset("exp=xppi0310:run=98") == Dataset(experiment="xppi0310", instrument="xpp", runs=(98,))


def test_all_parts() -> None:
    found = parse_dataset("exp=XPP/xppi0310:run=12,15-17:dir=/data/xtc:stream=0,80:xtc")
    assert found == Dataset(
        experiment="xppi0310", instrument="XPP", runs=(12, 15, 16, 17), directory="/data/xtc", streams=(0, 80)
    )


def test_an_experiment_number_names_the_files_of_old_runs() -> None:
    assert parse_dataset("exp=81:run=98").experiment == "e81"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not understood"),
        ("exp=xpptut15", "run= is missing"),
        ("run=5", "exp= is missing"),
        ("exp=a:run=x", "numbers and ranges"),
        ("exp=a:run=5-3", "not a range"),
        ("exp=a:run=-3", "numbers and ranges"),
        ("exp=a:run=1-99999999999", "not a range"),
        ("exp=a:rum=5", "did you mean 'run'"),
        ("exp=a:run=5:run=6", "given once"),
        ("exp=a:run=", "with a value"),
        ("exp=a:run=5:smd:xtc", "exclude each other"),
        ("exp=a:run=5:idx:live", "exclude each other"),
        ("exp=a:run=5:life", "did you mean 'live'"),
        ("exp=a:run=5:rax", "use idx"),
        ("exp=a:run=5:h5", "HDF5"),
        ("exp=a:run=5:stop=none", "shared memory"),
        ("shmem=psana.0", "shared memory"),
        ("exp=a:run=5:live=1", "not understood"),
    ],
)
def test_what_cannot_be_used_is_named(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        parse_dataset(text)


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "xpptut15-r0054-s01-c00.xtc",
        "xpptut15-r0054-s00-c01.xtc",
        "xpptut15-r0054-s00-c00.xtc",
        "xpptut15-r0055-s00-c00.xtc.inprogress",
        "xpptut15-r0056-s00-c00.xtc",
        "xpptut15-r0056-s00-c00.smd.xtc",
        "amo12345-r0054-s00-c00.xtc",
        "README",
    ):
        (tmp_path / name).touch()
    return tmp_path


def test_finished_files_of_the_run_are_found(folder: Path) -> None:
    assert names(files_of(parse_dataset(f"exp=xpptut15:run=54,56:dir={folder}"))) == [
        "xpptut15-r0054-s00-c00.xtc",
        "xpptut15-r0054-s00-c01.xtc",
        "xpptut15-r0054-s01-c00.xtc",
        "xpptut15-r0056-s00-c00.xtc",
    ]


def test_streams_can_be_chosen(folder: Path) -> None:
    assert names(files_of(parse_dataset(f"exp=xpptut15:run=54:stream=1:dir={folder}"))) == ["xpptut15-r0054-s01-c00.xtc"]


def test_the_site_folder_is_searched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = folder / "xpp" / "xpptut15"
    site.mkdir(parents=True)
    (site / "xtc").symlink_to(folder)
    monkeypatch.setenv("SIT_PSDM_DATA", str(folder))
    assert len(files_of(parse_dataset("exp=xpptut15:run=54"))) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [("run=57", "run 57; runs there: 54, 56"), ("run=55", "runs there"), ("run=54:stream=7", "streams there: 0, 1")],
)
def test_what_is_not_there_is_named(folder: Path, text: str, words: str) -> None:
    with pytest.raises(Unusable, match=words):
        files_of(parse_dataset(f"exp=xpptut15:{text}:dir={folder}"))


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="give the folder with dir="):
        files_of(parse_dataset(f"exp=xpptut15:run=1:dir={tmp_path}/none"))
