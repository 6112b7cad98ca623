"""What is wrong is said in one sentence, with an exit code that is not 0, and leaves nothing half-written behind."""

import socket
from pathlib import Path

import pytest

from tests.processes.conftest import file_in
from tests.support.command import PATIENCE_S, Command
from tests.support.golden_xtc import COMMITTED

pytestmark = [pytest.mark.processes, pytest.mark.timeout(3 * PATIENCE_S)]

RUN = sorted(COMMITTED.glob("e81-r0098-s*-c00.xtc"))
QUIET = ("--no-dashboard", "--stream", "tcp://127.0.0.1:0", "-j", 1)


def refused(xtcmon: Command, out: Path, *arguments: object) -> str:
    """The one sentence with which a run is refused."""
    done = xtcmon.run("run", *arguments)
    assert done.returncode not in (0, 3)
    assert done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("xtcmon: ")
    assert not list(out.glob("**/*"))
    return sentence


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_a_file_that_is_not_xtc(xtcmon: Command, tmp_path: Path, out: Path) -> None:
    file = written(tmp_path / "e81-r0099-s00-c00.xtc", b"# not a datagram\n" * 100)
    assert "not an XTC file" in refused(xtcmon, out, file, *QUIET, "-o", out)


def test_an_empty_file(xtcmon: Command, tmp_path: Path, out: Path) -> None:
    assert "empty" in refused(xtcmon, out, written(tmp_path / "e81-r0099-s00-c00.xtc", b""), *QUIET, "-o", out)


def test_a_file_that_is_not_there(xtcmon: Command, tmp_path: Path, out: Path) -> None:
    assert "no such file" in refused(xtcmon, out, tmp_path / "e81-r0099-s00-c00.xtc", *QUIET, "-o", out)


def test_settings_without_a_source(xtcmon: Command, tmp_path: Path, out: Path) -> None:
    toml = written(tmp_path / "setup.toml", b"[pool]\nworkers = 1\n")
    assert "say where events come from" in refused(xtcmon, out, toml, *QUIET, "-o", out)


def test_settings_with_a_misspelt_key_name_the_nearest(xtcmon: Command, tmp_path: Path, out: Path) -> None:
    toml = written(tmp_path / "setup.toml", b"[pool]\nworker = 1\n")
    sentence = refused(xtcmon, out, toml, *RUN, *QUIET, "-o", out)
    assert "setup.toml" in sentence
    assert "pool.worker" in sentence
    assert "'workers'" in sentence


def test_a_feature_without_a_parameter_that_it_needs(xtcmon: Command, tmp_path: Path, out: Path) -> None:
    text = b'[[detector]]\nname = "cspad"\n[[detector.feature]]\nkind = "azimuthalBinning"\n'
    assert "center" in refused(xtcmon, out, written(tmp_path / "setup.toml", text), *RUN, *QUIET, "-o", out)


def test_a_stream_port_in_use(xtcmon: Command, out: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"tcp://127.0.0.1:{other.getsockname()[1]}"
        sentence = refused(xtcmon, out, *RUN, "--no-dashboard", "--stream", address, "-o", out)
    assert address in sentence


def test_a_page_port_in_use(xtcmon: Command, out: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        sentence = refused(xtcmon, out, *RUN, "--no-open", "--port", port, "--stream", "tcp://127.0.0.1:0", "-o", out)
    assert str(port) in sentence


def test_an_output_folder_that_cannot_be_made(xtcmon: Command, tmp_path: Path) -> None:
    written(tmp_path / "file", b"")
    assert "--output" in refused(xtcmon, tmp_path / "nothing", *RUN, *QUIET, "-o", tmp_path / "file" / "out")


@pytest.mark.parametrize(
    ("name", "events", "words"),
    [
        ("xpptut15-r0302", 5, "ends inside a datagram"),
        ("xpptut15-r0301", 8, "corrupt"),
        ("xpptut15-r0300", 11, "unknown type 200 version 1"),
    ],
)
def test_what_can_be_used_of_damaged_files_is_written_and_the_rest_is_named(
    xtcmon: Command, out: Path, name: str, events: int, words: str
) -> None:
    done = xtcmon.run("run", *COMMITTED.glob(f"{name}-s*.xtc"), *QUIET, "-o", out)
    assert done.returncode == 3
    (sentence,) = [line for line in done.stderr.splitlines() if line.startswith("xtcmon: ")]
    assert words in sentence
    assert f"written {events}" in done.stdout
    assert file_in(out).name.startswith(name.replace("-r", "_Run"))
