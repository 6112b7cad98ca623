"""``xtcmon calib geometry``: where the pixels of a detector are."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.errors import ConfigError, Unusable
from monitor.tools.screen import out

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from monitor.calib.geometry.tree import Geometry, GeometryObject

app = typer.Typer(help="Geometry files: show, check, edit, picture.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="geometry file", show_default=False)]
Numbers = tuple[float, float, float]

WIDEST = 100
"""Characters of a sketch."""


@app.command()
def show(file: File) -> None:
    """Print the tree of objects with their places, and what it amounts to.

    Example: xtcmon calib geometry show 0-end.data
    """
    from monitor.calib.geometry.text import read_geometry
    from monitor.tools.geometry_report import summary_lines, tree_lines

    geometry = read_geometry(file)
    for comment in geometry.comments:
        out.print(f"# {comment}", markup=False)
    for text in [*tree_lines(geometry), *summary_lines(geometry)]:
        out.print(text, markup=False)


@app.command()
def check(
    file: File,
    shape: Annotated[str, typer.Option(help="shape of a frame that it has to fit: 32,185,388", show_default=False)] = "",
) -> None:
    """Say whether a file makes a geometry; the exit code is 0 if so.

    Example: xtcmon calib geometry check 0-end.data --shape 32,185,388
    """
    from monitor.calib.geometry.fit import check_fit
    from monitor.calib.geometry.text import read_geometry
    from monitor.tools.geometry_report import summary_lines

    geometry = read_geometry(file)
    if shape:
        check_fit(geometry, _shape(shape))
    for text in summary_lines(geometry):
        out.print(text, markup=False)


@app.command()
def edit(
    file: File,
    name: Annotated[str, typer.Argument(help="object to change", show_default="the one on --line")] = "",
    index: Annotated[int, typer.Argument(help="its index")] = 0,
    line: Annotated[int, typer.Option(help="the object on this line, for names that occur more than once")] = 0,
    move: Annotated[Numbers, typer.Option(help="um added to x0, y0, z0")] = (0, 0, 0),
    rotate: Annotated[Numbers, typer.Option(help="degree added to rot_z, rot_y, rot_x")] = (0, 0, 0),
    tilt: Annotated[Numbers, typer.Option(help="degree added to tilt_z, tilt_y, tilt_x")] = (0, 0, 0),
    values: Annotated[list[str] | None, typer.Option("--set", help="new value: x0=1200.5 (any column of show)")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="write here", show_default="the file itself")] = None,
    rounded: Annotated[bool, typer.Option(help="whole um, as the facility's tools save it")] = False,
) -> None:
    """Move, rotate or set an object and save the geometry; numbers are kept to the last digit.

    Example: xtcmon calib geometry edit 0-end.data QUAD:V1 1 --move 120.5 -80 0 -o 12-end.data
    """
    from monitor.calib.geometry.text import exact_line, read_geometry, write_geometry

    if bool(name) == bool(line):
        raise ConfigError("name the object to change, or give its --line")
    geometry = read_geometry(file)
    old = geometry.find(name, index) if name else geometry.on_line(line)
    new = _set(old.moved(*move).turned(*rotate).tilted(*tilt), values or [])
    target = output or file
    try:
        write_geometry(target, geometry.with_object(old, new), rounded=rounded)
    except OSError as error:
        raise Unusable(f"{target} cannot be written: {error.strerror}") from error
    out.print(f"- {exact_line(old)}\n+ {exact_line(new)}\nwritten to {target}", markup=False)


@app.command()
def image(
    file: File,
    frame: Annotated[Path | None, typer.Option(help="frame to assemble, .npy in the order of the pixels")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="write the image, .npy", show_default="a sketch here")
    ] = None,
) -> None:
    """Assemble a frame, or sketch which panel lies where (0-9, a-z, then from 0 again).

    Example: xtcmon calib geometry image 0-end.data --frame mean.npy -o image.npy
    """
    from monitor.calib.geometry.text import read_geometry
    from monitor.tools.geometry_report import sketch

    if (frame is None) != (output is None):
        raise ConfigError("to assemble a frame give both --frame and --output; without them there is a sketch")
    geometry = read_geometry(file)
    if frame is not None and output is not None:
        _assemble(geometry, frame, output)
        return
    for row in sketch(geometry, min(out.width, WIDEST)):
        out.print(row, markup=False)


def _assemble(geometry: "Geometry", frame: Path, output: Path) -> None:
    """Read a frame, write its image."""
    import numpy as np

    from monitor.calib.geometry.coordinates import coordinates
    from monitor.calib.geometry.image import image_of
    from monitor.calib.geometry.pixel_index import grid_of, pixel_index

    pixels = coordinates(geometry)
    places = pixel_index(pixels, grid_of(pixels, geometry.scale))

    try:
        values: NDArray[np.generic] = np.load(frame, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise Unusable(f"{frame} is no array of numbers: {error}") from error
    if values.size != places.rows.size or values.dtype.kind not in "iuf":
        raise ConfigError(f"{frame} has {values.size} values of type {values.dtype}, the geometry {places.rows.size} pixels")
    try:
        with output.open("wb") as file:
            np.save(file, image_of(values, places), allow_pickle=False)
    except OSError as error:
        raise Unusable(f"{output} cannot be written: {error.strerror}") from error


def _shape(text: str) -> tuple[int, ...]:
    """Shape from ``32,185,388``."""
    words = text.replace("x", ",").split(",")
    if len(words) not in (2, 3) or not all(word.strip().isdecimal() and int(word) > 0 for word in words):
        raise ConfigError(f"{text!r} is not the shape of a frame; write for example 32,185,388", key="--shape")
    return tuple(int(word) for word in words)


def _set(each: "GeometryObject", values: list[str]) -> "GeometryObject":
    """The object with single numbers replaced."""
    import math

    from monitor.tools.geometry_report import COLUMNS

    numbers = dict(zip(COLUMNS, (*each.offset, *each.rotation, *each.tilt), strict=True))
    for text in values:
        key, _, value = text.partition("=")
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if key not in COLUMNS or not math.isfinite(number):
            raise ConfigError(f"{text!r} sets nothing; write for example x0=1200.5, of {', '.join(COLUMNS)}", key="--set")
        numbers[key] = number
    x, y, z, *angles = numbers.values()
    return each.placed((x, y, z), (angles[0], angles[1], angles[2]), (angles[3], angles[4], angles[5]))
