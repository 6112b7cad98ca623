"""``xtcmon forward`` and ``xtcmon bridge`` refuse what cannot be meant before anything opens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.net import keys
from monitor.tools.main import run

pytestmark = pytest.mark.processes


@pytest.fixture(autouse=True)
def no_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XTCMON_KEYS", str(tmp_path / "none"))
    yield
    keys.use_keys("", required=False, insecure=False)


def test_an_address_of_this_machine_is_in_order() -> None:
    assert run(["forward", "tcp://127.0.0.1:5590", "--topic", "rows/", "--every", "10", "--check"]) == 0


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["tcp://10.0.0.5:5590"], "xtcmon keys make"),
        (["here"], "not an address"),
        (["tcp://127.0.0.1:5590", "--topic", "columns"], "there is no topic"),
        (["tcp://127.0.0.1:5590", "--require-keys"], "xtcmon keys make"),
        (["tcp://127.0.0.1:5590", "--server-key", "abc"], "public key"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(arguments: list[str], word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["forward", *arguments, "--check"]) == 2
    said = capsys.readouterr().err
    assert word in said
    assert len(said.splitlines()) == 1


def test_without_keys_other_machines_are_served_only_if_that_is_said() -> None:
    assert run(["forward", "tcp://10.0.0.5:5590", "--insecure", "--check"]) == 0


def test_keys_that_are_there_guard_an_address_of_other_machines(tmp_path: Path) -> None:
    assert run(["keys", "make", "--directory", str(tmp_path / "k")]) == 0
    assert run(["forward", "tcp://10.0.0.5:5590", "--keys", str(tmp_path / "k"), "--check"]) == 0


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ('kind = "karabo"\naddress = "tcp://127.0.0.1:4545"', 0, ""),
        ('kind = "karbo"\naddress = "tcp://127.0.0.1:4545"', 2, "did you mean 'karabo'"),
        ('kind = "karabo"\naddress = "tcp://127.0.0.1:4545"\nversion = "3"', 2, "bridge.karabo.version"),
        ('kind = "dectris"\naddress = "tcp://127.0.0.1:4545"\nsocket = "rep"\nframes = ["a"]', 2, "handed out by push"),
    ],
)
def test_settings_of_bridges_are_checked_by_key(
    text: str, code: int, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bridges.toml"
    path.write_text(f"[[bridge]]\n{text}\n")
    assert run(["bridge", str(path), "--check"]) == code
    assert word in capsys.readouterr().err


def test_a_bridge_needs_settings_that_have_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "empty.toml"
    path.write_text("")
    assert run(["bridge", str(path), "--address", "tcp://127.0.0.1:1"]) == 2
    assert "no [[bridge]]" in capsys.readouterr().err


def test_a_bridge_of_a_guarded_service_elsewhere_must_have_a_key_to_show(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bridges.toml"
    path.write_text('[[bridge]]\nkind = "karabo"\naddress = "tcp://127.0.0.1:4545"\n')
    asked = ["bridge", str(path), "--address", "tcp://10.0.0.5:5580", "--server-key", "a" * 40, "--check"]
    assert run(asked) == 2
    assert "xtcmon keys make" in capsys.readouterr().err
    assert run(["keys", "make", "--directory", str(tmp_path / "k")]) == 0
    assert run([*asked, "--keys", str(tmp_path / "k")]) == 0
