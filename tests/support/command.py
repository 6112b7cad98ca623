"""The real command line in processes of its own, with a runtime folder that nobody else uses."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_S = 100.0
"""Kernels may have to be compiled first."""


class Command:
    """Runs ``xtcmon`` as a person would.

    Parameters
    ----------
    runtime
        Where services keep their sockets; short, because socket paths are limited.
    """

    def __init__(self, runtime: Path) -> None:
        self.runtime = runtime
        self._environment = {**os.environ, "XDG_RUNTIME_DIR": str(runtime), "BROWSER": "true"}

    def run(self, *arguments: object, timeout_s: float = PATIENCE_S) -> subprocess.CompletedProcess[str]:
        """One call, to its end."""
        return subprocess.run(
            self._argv(arguments), env=self._environment, capture_output=True, text=True, timeout=timeout_s, check=False
        )

    @contextmanager
    def started(self, *arguments: object) -> Iterator[subprocess.Popen[str]]:
        """One call that goes on while the block runs; ended afterwards if it did not end by itself."""
        process = subprocess.Popen(
            self._argv(arguments), env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(PATIENCE_S)
                except subprocess.TimeoutExpired:
                    process.kill()
            assert process.stdout is not None
            process.stdout.close()
            process.wait()

    def services(self) -> list[Path]:
        """Runtime folders of services that have begun."""
        return [path.parent for path in self.runtime.glob("xtcmon/*/settings.json")]

    @staticmethod
    def _argv(arguments: tuple[object, ...]) -> list[str]:
        return [sys.executable, "-m", "monitor.tools.main", *map(str, arguments)]


@contextmanager
def command() -> Iterator[Command]:
    """A command line whose services are nobody else's."""
    runtime = Path(tempfile.mkdtemp(prefix="x"))
    try:
        yield Command(runtime)
    finally:
        shutil.rmtree(runtime)
