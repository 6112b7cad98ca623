"""``xtcmon settings``: look at a set-up, check it, write one out of other tools' files, change one that runs."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.errors import ConfigError, Unusable, XtcmonError
from monitor.tools.screen import err, out

command = typer.Typer(help="Check, show, export and convert the settings of a set-up.", no_args_is_help=True)

Service = Annotated[Path | None, typer.Option(help="runtime folder of the service", show_default="the one that runs")]
Address = Annotated[str, typer.Option(help="address of its stream, for a service elsewhere")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of TOML")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="file to write", show_default="print")]


@command.command()
def default(as_json: AsJson = False, output: Output = None) -> None:
    """Every setting with its default, and what it is.

    Example: xtcmon settings default > settings.toml
    """
    from monitor.settings import Settings
    from monitor.tools.toml_text import default_text

    _write(json.dumps(Settings().model_dump(mode="json")) if as_json else default_text(), output)


@command.command()
def check(what: Annotated[list[str], typer.Argument(help="SETTINGS.toml [FILES | exp=…:run=…]", show_default=False)]) -> None:
    """Say what is wrong with a settings file: keys, features and their parameters, sums, common mode, your own code.

    Example: xtcmon settings check settings.toml
    """
    from monitor.tools.check import check_pipeline, check_source
    from monitor.tools.first_look import check_frames

    settings = _read(what)
    check_pipeline(settings)
    if settings.source.files or settings.source.dataset:
        check_source(settings)
        check_frames(settings)
    out.print(f"{what[0]}: in order, {len(settings.detector)} detectors, {len(settings.user)} files of your own", markup=False)


@command.command()
def show(
    what: Annotated[list[str], typer.Argument(help="SETTINGS.toml, or FILE.h5", show_default=False)],
    version: Annotated[int | None, typer.Option(help="pipeline version of a file", show_default="the newest")] = None,
    as_json: AsJson = False,
    output: Output = None,
) -> None:
    """The settings of a file as they are in use: those of a settings file, or those that made the rows of a small-data file.

    Example: xtcmon settings show results/e81_Run0098.h5 --version 2 > again.toml
    """
    data = _of_small_data(Path(what[0]), version) if what[0].endswith(".h5") else _read(what).model_dump(mode="json")
    _write(_text(data, as_json), output)


@command.command()
def export(service: Service = None, address: Address = "", as_json: AsJson = False, output: Output = None) -> None:
    """The settings in force of a running service, as a file that reproduces its present state.

    Example: xtcmon settings export -o now.toml
    """
    from monitor.tools.in_force import in_force

    _write(_text(dict(in_force(service, address)), as_json), output)


@command.command()
def reload(
    service: Service = None,
    address: Address = "",
    author: Annotated[str, typer.Option(help="who wants it; kept in the file")] = "",
) -> None:
    """Read the files with your own features again, as a new version of the settings of a running service.

    Example: xtcmon settings reload --author "A. Name"
    """
    from monitor.tools.in_force import read_again

    version = read_again(service, address, author)
    out.print(f"pipeline version {version} has the files as they are now")


@command.command()
def convert(
    config: Annotated[Path, typer.Argument(help="producer configuration of smalldata_tools, a .py file", show_default=False)],
    run: Annotated[int, typer.Option(help="run number, for configurations that differ by run")] = 1,
    output: Output = None,
) -> int:
    """Settings out of a producer configuration of smalldata_tools, of both generations; nothing of it is executed.

    What was not understood stands as a comment in the output, and is said; the exit code is then 3.

    Example: xtcmon settings convert prod_config_xpp.py --run 42 -o settings.toml
    """
    from monitor.tools.convert.producer import converted
    from monitor.tools.process import declared

    found = converted(config, run, declared("features")())
    _write(found.text, output)
    for note in found.notes:
        err.print(f"xtcmon: {note}", markup=False)
    return NOT_ALL if found.notes else 0


NOT_ALL = 3
"""Exit code where something of a configuration was not understood."""


def _read(what: list[str]) -> Any:
    """Settings of a file, whole; a source is not needed."""
    from monitor.settings import load
    from monitor.tools.setup import gather, with_user_files
    from monitor.user_file import stamped

    if len(what) > 1:
        return gather(what, {})
    path = Path(what[0])
    return stamped(with_user_files(load(path), path.parent))


def _of_small_data(path: Path, version: int | None) -> dict[str, Any]:
    from monitor.store.run_file import open_run

    with open_run(path) as file:
        known = file.settings
        if not known:
            raise ConfigError("the file holds no settings", file=str(path))
        wanted = max(known) if version is None else version
        if wanted not in known:
            raise ConfigError(f"the file has no version {wanted}; there are {', '.join(map(str, known))}", file=str(path))
        text = known[wanted].text
    try:
        found: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise XtcmonError(f"the settings in {path} cannot be read") from error
    return found


def _text(data: dict[str, Any], as_json: bool) -> str:
    from monitor.tools.toml_text import toml_text

    return json.dumps(data) if as_json else toml_text(data)


def _write(text: str, output: Path | None) -> None:
    """To a file, or to standard output."""
    if output is None:
        print(text)
        return
    try:
        output.write_text(text.rstrip("\n") + "\n")
    except OSError as error:
        raise Unusable(f"{output} cannot be written: {error.strerror}") from error
