"""What the settings say of a time tool's position: regions, reference and polynomial, and where each belongs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.reduce.arrival import Tool
from dashboards.reduce.delay import TIME_UNITS, unit_ratio
from dashboards.settings_in_force import detector_in, maps_in
from dashboards.snapshot import Snapshot

NAMES = {"timetoolRaw": "ttRaw", "timetoolEdge": "ttEdge", "timetoolCorrelation": "ttCorrelation"}
"""What the fields of a feature are called that has no name in the settings."""
REGIONS = ("signal", "reference", "sideband")
ACQUIRED = "/FLTPOS"

Rectangle = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Section:
    """One position in the settings.

    Attributes
    ----------
    path
        Dotted path of its feature, or of the section ``timetool``; empty = the settings have no place for it.
    values
        What stands there.
    """

    path: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def calibration(self) -> str:
        """Where the polynomial belongs; empty = nowhere."""
        return self.path and f"{self.path}.{self.key}"

    @property
    def key(self) -> str:
        """The name of the polynomial."""
        return "calibration" if self.path == "timetool" else "ttCalib"

    @property
    def terms(self) -> tuple[float, ...]:
        """Polynomial from pixel to ps that stands there, lowest power first; empty = none."""
        given = self.values.get(self.key)
        return tuple(float(term) for term in given) if isinstance(given, list | tuple) and all(map(_real, given)) else ()

    @property
    def reference(self) -> str:
        """Where a list of numbers to divide by belongs; empty = nowhere."""
        return f"{self.path}.reference_file" if self.values.get("kind") == "timetoolRaw" else ""

    @property
    def divisor(self) -> NDArray[np.float64] | None:
        """List of numbers that is divided by; ``None`` if it is none."""
        given = self.values.get("reference_file")
        return np.array(given, np.float64) if isinstance(given, list | tuple) and given and all(map(_real, given)) else None

    @property
    def regions(self) -> Mapping[str, Rectangle]:
        """Rows and columns of the frame by use."""
        found = {name: _rectangle(self.values.get(f"ttROI_{name}")) for name in REGIONS}
        return {name: rectangle for name, rectangle in found.items() if rectangle is not None}

    @property
    def left(self) -> float:
        """Column of the frame at which the trace begins."""
        signal = self.regions.get("signal")
        return float(signal[1][0]) if signal else 0.0

    @property
    def taps(self) -> int:
        """Weights of the filter; 0 = not known here."""
        given = self.values.get("weights")
        return len(given) if isinstance(given, list | tuple) else 0


def section_of(tool: Tool, plain: Mapping[str, Any]) -> Section:
    """What the settings say of this position."""
    if tool.position.endswith(ACQUIRED):
        given = plain.get("timetool")
        return Section("timetool", given if isinstance(given, Mapping) else {})
    detector, _, leaf = tool.position.partition("/")
    for feature in maps_in((detector_in(plain, detector) or {}).get("feature")):
        kind = str(feature.get("kind"))
        if kind in NAMES and leaf == f"{feature.get('name') or NAMES[kind]}_pos":
            # A path leads to a feature by its name in the settings, or where that is left out by its kind.
            return Section(f"detector.{detector}.feature.{feature.get('name') or kind}", feature)
    return Section()


def settings_text(section: Section, terms: tuple[float, ...]) -> str:
    """A polynomial as it stands in a settings file; empty without a place for it."""
    if not section.path:
        return ""
    line = f"{section.key} = [{', '.join(f'{term:.9g}' for term in terms)}]"
    if section.path == "timetool":
        return f"[timetool]\n{line}"
    _, detector, _, name = section.path.split(".", 3)
    return f"# feature {name} of the detector {detector}\n{line}"


def scan_scale(plain: Mapping[str, Any], stage: str, snapshot: Snapshot) -> float | None:
    """Picoseconds per unit of the scan variable, as the settings of the Scan page tell; ``None`` if they do not."""
    scan = plain.get("scan")
    if not isinstance(scan, Mapping) or not stage or scan.get("variable") != stage:
        return None
    per_time, unit = scan.get("time_scale", 1.0), snapshot.unit(str(scan.get("time", "")))
    return unit_ratio(unit, "ps") / per_time if unit in TIME_UNITS and _real(per_time) and per_time > 0 else None


def _rectangle(given: Any) -> Rectangle | None:
    """Rows and columns of ``[[r0, r1], [c0, c1]]``, each in rising order."""
    match given:
        case [[int(r0), int(r1)], [int(c0), int(c1)]]:
            return (min(r0, r1), max(r0, r1)), (min(c0, c1), max(c0, c1))
    return None


def _real(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
