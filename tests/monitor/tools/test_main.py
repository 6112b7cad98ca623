"""The command line as a whole: its commands, alone and together."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from monitor.tools.main import application

IMPORTED = """
import sys
from monitor.tools.main import application
application("worker")
print(*(name for name in sys.modules if name.startswith("monitor.tools.commands.")))
"""
ALL = application()


@pytest.mark.parametrize("name", ["run", "worker", "calib", "other", "geometry", "runn"])
def test_a_command_is_the_same_alone_as_among_the_others(name: str) -> None:
    alone, among = (CliRunner().invoke(app, [name, "--help"]) for app in (application(name), ALL))
    assert (alone.exit_code, alone.output) == (among.exit_code, among.output)
    assert alone.exit_code == (0 if name in ("run", "worker", "calib") else 2)


def test_a_process_of_a_service_imports_no_command_but_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["monitor.tools.commands.worker"]
