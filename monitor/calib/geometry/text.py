"""Geometry files as text: one object per line, 13 fields; lines that begin with ``#`` are comments.

parent index object index  x0 y0 z0  rot_z rot_y rot_x  tilt_z tilt_y tilt_x
"""

import math
import os
import tempfile
from pathlib import Path

from monitor.calib.geometry.tree import Geometry, GeometryObject, Triple
from monitor.errors import DamagedData

FIELDS = 13
LARGEST_FILE = 4 << 20
BEAM_ORIGIN = "IP"


def read_geometry(path: Path) -> Geometry:
    """Geometry in a file.

    Raises
    ------
    DamagedData
        Naming file and line, for a file that cannot be read or makes no geometry.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise DamagedData(f"a geometry that cannot be read: {error.strerror}", source=str(path)) from error
    if len(content) > LARGEST_FILE:
        raise DamagedData(f"larger than {LARGEST_FILE} bytes, so no geometry", source=str(path))
    return parse(content.decode("utf-8", errors="replace"), str(path))


def parse(text: str, source: str = "") -> Geometry:
    """Geometry in a text; raises as ``read_geometry``."""
    objects, comments = [], []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("#"):
            comments.append(stripped.strip("# "))
        elif stripped:
            objects.append(_object(stripped, number, source))
    if not objects:
        raise DamagedData("there is no object of a geometry", source=source)
    return Geometry(objects, comments, source)


def _object(line: str, number: int, source: str) -> GeometryObject:
    words = line.split("#")[0].split()
    if len(words) != FIELDS:
        raise DamagedData(f"line {number} has {len(words)} fields, a geometry has {FIELDS}", source=source)
    try:
        indexes = int(words[1]), int(words[3])
        numbers = [float(word) for word in words[4:]]
    except ValueError as error:
        raise DamagedData(f"line {number} is no line of a geometry: {error}", source=source) from error
    if not all(map(math.isfinite, numbers)) or min(indexes) < 0:
        raise DamagedData(f"line {number} has a number that no geometry has", source=source)
    x, y, z, *angles = numbers
    # The psana frame looks against the beam: what is downstream of the interaction point has a negative z.
    if words[0].startswith(BEAM_ORIGIN) and z > 0:
        z = -z
    return GeometryObject(
        parent=words[0],
        parent_index=indexes[0],
        name=words[2],
        index=indexes[1],
        offset=(x, y, z),
        rotation=(angles[0], angles[1], angles[2]),
        tilt=(angles[3], angles[4], angles[5]),
        line=number,
    )


def rounded_line(each: GeometryObject) -> str:
    """The line that the facility's tools write: offsets in whole micrometres, rotations to 0.001, tilts to 0.00001 degree."""
    offset = " ".join(f"{number:8.0f}" for number in each.offset)
    rotation = "   ".join(f"{_short(number):>8}" for number in each.rotation)
    tilt = " ".join(f"{number:8.5f}" for number in each.tilt)
    return f"{_names(each)}  {offset}  {rotation}    {tilt}"


def _short(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")


def exact_line(each: GeometryObject) -> str:
    """A line that is read back as the same numbers to the last bit."""
    return f"{_names(each)}  {_exact(each.offset, 10)}  {_exact(each.rotation, 7)}  {_exact(each.tilt, 9)}"


def _names(each: GeometryObject) -> str:
    return f"{each.parent:<11} {each.parent_index:3d} {each.name:<11} {each.index:3d}"


def _exact(numbers: Triple, width: int) -> str:
    return " ".join(f"{number!r:>{width}}" for number in numbers)


def geometry_text(geometry: Geometry, *, rounded: bool = False) -> str:
    """The whole file: comments first, then the objects in their order.

    Parameters
    ----------
    rounded
        As the facility's tools save it, which loses fractions of a micrometre.
    """
    line = rounded_line if rounded else exact_line
    lines = [*(f"# {comment}".rstrip() for comment in geometry.comments), "", *map(line, geometry.objects)]
    return "\n".join(lines) + "\n"


def write_geometry(path: Path, geometry: Geometry, *, rounded: bool = False) -> None:
    """Write a file in one step: whoever reads it meanwhile sees the old one or the new one whole."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(geometry_text(geometry, rounded=rounded))
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
