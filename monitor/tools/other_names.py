"""The names under which people know two of the commands."""

import sys

from monitor.tools.main import run


def xtcscanner() -> None:
    """``xtcscanner FILES`` is ``xtcmon scan FILES``."""
    sys.exit(run(["scan", *sys.argv[1:]]))


def pyxtcreader() -> None:
    """``pyxtcreader FILES`` is ``xtcmon dump FILES``."""
    sys.exit(run(["dump", *sys.argv[1:]]))
