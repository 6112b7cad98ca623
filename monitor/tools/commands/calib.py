"""``xtcmon calib``: constants in calib directories."""

import getpass
import json
import socket
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

import monitor.tools.commands.geometry as geometry
from monitor.errors import ConfigError, Unusable
from monitor.tools.screen import out, progress

command = typer.Typer(help="Constants: list, show, where, deploy, check.", no_args_is_help=True)
command.add_typer(geometry.app, name="geometry")

FLAWED = 3
"""Exit code: some files cannot be used; which is said."""

Place = Annotated[str, typer.Argument(help="calib directory, a folder with one, or an experiment", show_default=False)]
Source = Annotated[str, typer.Argument(help="detector: CxiDs1.0:Cspad.0 or CxiDs1-0|Cspad-0", show_default=False)]
Type = Annotated[str, typer.Argument(help="calibration type: pedestals, pixel_gain, geometry, ...", show_default=False)]
Run = Annotated[int, typer.Option("-r", "--run", min=0, help="run number", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="one JSON object")]


@command.command("list")
def list_files(
    place: Place,
    source: Annotated[str, typer.Option("-s", "--source", help="only sources with this in their name")] = "",
    run: Annotated[int | None, typer.Option("-r", "--run", min=0, help="only files that hold for this run")] = None,
    as_json: AsJson = False,
) -> None:
    """List the files of a calib directory.

    Example: xtcmon calib list xppi0310 --run 98
    """
    from monitor.calib.run_range import select
    from monitor.calib.tree import calib_files, closed_folders
    from monitor.tools.calib_place import calib_directory

    calib = calib_directory(place)
    files = [file for file in calib_files(calib) if source in file.source]
    if run is not None:
        folders = {file.path.parent for file in files}
        held = {folder / (select((f.path.name for f in files if f.path.parent == folder), run) or "") for folder in folders}
        files = [file for file in files if file.path in held]
    rows = [
        {
            "group": file.group,
            "source": file.source,
            "type": file.ctype,
            "file": file.path.name,
            "bytes": file.path.stat().st_size,
            "changed": f"{datetime.fromtimestamp(file.path.stat().st_mtime):%Y-%m-%d %H:%M}",
        }
        for file in files
    ]
    _show(str(calib), "files", rows, as_json, hidden=("group",))
    hidden = [f"{folder}: {why}" for folder, why in closed_folders(calib)]
    for text in hidden:
        typer.echo(f"error: {text}", err=True)
    if hidden:
        raise typer.Exit(FLAWED)


@command.command()
def show(
    place: Annotated[str, typer.Argument(help="a constants file, or a calib directory or experiment", show_default=False)],
    source: Annotated[str, typer.Argument(help="detector, if the first is no file", show_default=False)] = "",
    ctype: Annotated[str, typer.Argument(help="calibration type", show_default=False)] = "",
    run: Annotated[int, typer.Option("-r", "--run", min=0, help="run number", show_default="the last one")] = 9999,
    as_json: AsJson = False,
) -> None:
    """Show what is in a constants file: numbers, a histogram and a small picture.

    Example: xtcmon calib show calib 'CxiDs1.0:Cspad.0' pedestals -r 98
    """
    from monitor.calib.directory import GEOMETRY
    from monitor.tools.array_picture import histogram, picture, statistics

    path = Path(place) if Path(place).is_file() else _file_for(place, source, ctype, run)
    if (ctype or path.parent.name) == GEOMETRY:
        text = path.read_text(errors="replace")
        print(json.dumps({"file": str(path), "text": text}) if as_json else text)
        return
    for name, array in _arrays(path).items():
        numbers = statistics(array)
        if as_json:
            print(json.dumps({"file": str(path), "array": name, **numbers}))
            continue
        out.print(f"{path} {name}".rstrip(), markup=False)
        table = Table(show_header=False, box=None)
        for key, value in numbers.items():
            table.add_row(key, f"{value:.6g}" if isinstance(value, float) else str(value))
        out.print(table)
        for line in (*histogram(array), "", *picture(array)):
            out.print(line, markup=False)


@command.command()
def where(place: Place, source: Source, ctype: Type, run: Run, as_json: AsJson = False) -> None:
    """Say which file holds for a run, and of all others why they do not.

    Example: xtcmon calib where xppi0310 'XppGon.0:Cspad.0' pedestals --run 98
    """
    from monitor.calib.directory import is_folder
    from monitor.calib.run_range import HISTORY, reasons

    folder = _folder(place, source, ctype) / ctype
    if not is_folder(folder):
        raise ConfigError("there is no such folder, so the default is used", key=str(folder))
    names = sorted(entry.name for entry in folder.iterdir() if entry.name != HISTORY and not entry.name.startswith("."))
    rows = [{"file": name, "why": why or f"holds for run {run}"} for name, why in reasons(names, run).items()]
    if not as_json:
        _show(str(folder), "files", sorted(rows, key=lambda row: not row["why"].startswith("holds")), False)
        return
    chosen = next((row["file"] for row in rows if row["why"].startswith("holds")), None)
    print(json.dumps({"folder": str(folder), "run": run, "holds": chosen, "files": rows}))


@command.command()
def deploy(
    file: Annotated[Path, typer.Argument(help="constants: text as it is, or .npy", show_default=False)],
    place: Place,
    source: Source,
    ctype: Type,
    runs: Annotated[str, typer.Option("--runs", help="BEGIN-END, 0-end for all", show_default=False)],
    comment: Annotated[str, typer.Option("-m", "--comment", help="for HISTORY")] = "",
    from_run: Annotated[str, typer.Option("--from-run", help="run it was made from, for HISTORY")] = "",
    force: Annotated[bool, typer.Option("--force", help="replace a file of this range; the old one is kept beside it")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a constants file where all programs find it; a running service takes it up within seconds.

    Example: xtcmon calib deploy dark.npy xppi0310 'XppGon.0:Cspad.0' pedestals --runs 98-end -m 'dark run 97'
    """
    from monitor.calib.deploy import Deployment
    from monitor.calib.deploy import deploy as put
    from monitor.calib.run_range import RunRange
    from monitor.tools.calib_place import calib_directory

    range_ = RunRange.parse(f"{runs}.data")
    if range_ is None or range_.begin > range_.end:
        raise ConfigError("is no range of runs; write for example 98-end or 98-120, up to 9999", key=f"--runs {runs}")
    calib = calib_directory(place)
    about = {
        "exp": calib.absolute().parent.name,
        "run": from_run,
        "app": "xtcmon",
        "user": getpass.getuser(),
        "host": socket.gethostname(),
        "comment": comment,
    }
    order = Deployment(file=file, calib=calib, source=source, ctype=ctype, runs=range_, force=force, about=about)
    target = put(order, datetime.now().astimezone())
    out.print(json.dumps({"file": str(target)}) if as_json else f"deployed as {target}", markup=False)


@command.command()
def check(place: Place, as_json: AsJson = False) -> None:
    """Read every file of a calib directory and say what is wrong: exit code 3 if a file cannot be used.

    Example: xtcmon calib check xppi0310
    """
    from monitor.calib.check import check as findings_of
    from monitor.calib.check import check_folders
    from monitor.calib.tree import calib_files
    from monitor.tools.calib_place import calib_directory

    calib = calib_directory(place)
    files = list(calib_files(calib))
    with progress("reading", "files") as advance:
        findings = [*check_folders(calib), *findings_of(_told(files, advance))]
    if as_json:
        rows = [{"weight": finding.weight, "path": finding.path, "text": finding.text} for finding in findings]
        print(json.dumps({"calib": str(calib), "files": len(files), "findings": rows}))
    else:
        for finding in findings:
            out.print(f"{finding.weight}: {finding.path}: {finding.text}", markup=False)
        out.print(f"{len(files):,} files, {len(findings):,} findings", markup=False)
    if any(finding.weight == "error" for finding in findings):
        raise typer.Exit(FLAWED)


def _told(files: Sequence[Any], advance: Callable[[int, int | None], None]) -> Iterator[Any]:
    """The files, while a bar shows how many were taken."""
    for done, file in enumerate(files):
        advance(done, len(files))
        yield file


def _file_for(place: str, source: str, ctype: str, run: int) -> Path:
    """The file of a type that holds for a run."""
    from monitor.calib.directory import file_for

    if not source or not ctype:
        raise ConfigError("is no file; say a detector and a type too", key=place)
    folder = _folder(place, source, ctype)
    path = file_for(folder, ctype, run)
    if path is None:
        raise ConfigError(f"no {ctype} hold for run {run}, so the default is used", key=str(folder))
    return path


def _folder(place: str, source: str, ctype: str) -> Path:
    """Folder of a detector's constants; it and that of the type can be read, if they are there."""
    from monitor.calib.directory import closed, source_folder, way_to
    from monitor.tools.calib_place import calib_directory

    calib = calib_directory(place)
    folder = source_folder(calib, source)
    if folder is None:
        raise ConfigError("is no detector with constants; write for example CxiDs1.0:Cspad.0", key=source)
    for path, why in closed((*way_to(calib, source), folder / ctype)):
        raise Unusable(f"{path}: {why}")
    return folder


def _arrays(path: Path) -> dict[str, Any]:
    """Arrays of a file by name; a single one has no name."""
    from monitor.calib.cache import read_array
    from monitor.calib.numpy_file import SUFFIXES, read_numpy

    return read_numpy(path) if path.suffix in SUFFIXES else {"": read_array(path)[0]}


def _show(title: str, key: str, rows: Sequence[dict[str, Any]], as_json: bool, hidden: Sequence[str] = ()) -> None:
    """Rows as JSON or as a table."""
    if as_json:
        print(json.dumps({"place": title, key: list(rows)}))
        return
    out.print(title, markup=False)
    columns = [name for name in (rows[0] if rows else {}) if name not in hidden]
    table = Table(*columns, box=None)
    for row in rows:
        table.add_row(*(escape(str(row[name])) for name in columns))
    out.print(table)
