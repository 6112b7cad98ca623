"""Which fields to show when nobody chose any."""

import re
from collections.abc import Iterable, Sequence

NONE = ""


def first_match(names: Iterable[str], patterns: Sequence[str]) -> str:
    """First name that fits the first pattern that fits any; ``""`` if none does. Upper and lower case are the same."""
    known = list(names)
    for pattern in patterns:
        for name in known:
            if re.search(pattern, name, re.IGNORECASE):
                return name
    return NONE


def scan_variable(names: Iterable[str]) -> str:
    """What is being scanned: a named control before a numbered one before the step number."""
    return first_match(names, (r"^scan/(?!var)", r"^scan/var\d+$", r"^enc/lasDelay", r"^scan/varStep$"))


def beam_monitor(names: Iterable[str]) -> str:
    """Intensity of the pulse: an intensity monitor before the gas detector before the bunch charge."""
    return first_match(names, (r"(^|/)[^/]*ip[mi][^/]*/sum$", r"bmmon[^/]*/sum$", r"/sum$", r"^gas_detector/", r"^ebeam/charge$"))


def signal(names: Iterable[str], taken: str) -> str:
    """Something that may depend on the scan: a detector's region before a photodiode before another monitor."""
    known = [name for name in names if name != taken and not name.startswith(("scan/", "ebeam/", "gas_detector/", "epics"))]
    return first_match(known, (r"ROI[^/]*_sum$", r"_sum$", r"((?<!i)pim|diode|dio)[^/]*/sum$", r"/sum$", r"channels\[\d+\]$"))


def vital_signs(names: Iterable[str]) -> list[str]:
    """At most three fields that tell whether there is beam and signal."""
    known = list(names)
    monitor = beam_monitor(known)
    machine = first_match(known, (r"^gas_detector/", r"^ebeam/charge$", r"^ebeam/"))
    found = [machine, monitor, signal(known, monitor)]
    return [name for name in dict.fromkeys(found) if name]
