"""The nursery of a service on this machine."""

import sys

from monitor.supervisor.nursery import Nursery


def nursery(*, wanted: bool = True) -> Nursery:
    """A new nursery for children whose command lines are those of ``argv``; empty if no children are wanted.

    Make it before anything is imported that takes long: both then import at the same time.
    """
    return Nursery((sys.executable, "-m", "monitor.tools.hatchery") if wanted else ())
