"""The process that the other processes of a service are forked from: ``python -m monitor.tools.hatchery``, see ``Nursery``."""

import importlib
import sys

from monitor.kernel import make_ready
from monitor.settings import Settings
from monitor.supervisor.hatchery import hatch
from monitor.tools.check import check_pipeline
from monitor.tools.main import run
from monitor.tools.process import PREFIX, declared

MODULES = (
    "monitor.aggregator.process",
    "monitor.aggregator.stores",
    "monitor.reader.service",
    "monitor.tools.commands.aggregator",
    "monitor.tools.commands.dashboard",
    "monitor.tools.commands.reader",
    "monitor.tools.commands.worker",
)
"""What the children need, and the one they are forked from does not."""


def prepare() -> None:
    """Import what the children need, and have numba's compiler ready; no thread and no socket."""
    for module in MODULES:
        importlib.import_module(module)
    declared("worker")
    check_pipeline(Settings())
    make_ready()


def main() -> None:
    """Prepare, and fork a child for each command line that comes; a child carries on with its own."""
    descriptor, supervisor = map(int, sys.argv[1:3])
    prepare()
    argv = hatch(descriptor, supervisor)
    sys.exit(run(argv[len(PREFIX) :]))


if __name__ == "__main__":
    main()
