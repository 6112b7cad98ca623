"""The ``xtcmon`` command: gathers the sub-commands and turns every expected error into one sentence."""

import functools
import importlib
import os
import pkgutil
import sys
from collections.abc import Callable
from typing import Any

import typer

import monitor.tools.commands as commands
from monitor.errors import ConfigError, Unusable, XtcmonError

FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130


def application(wanted: str = "") -> typer.Typer:
    """The command line with every file of ``monitor/tools/commands`` as a sub-command of its own name.

    Parameters
    ----------
    wanted
        This command alone, if there is one of this name: what the others import costs each process of a service half a second.
    """
    app = typer.Typer(
        name="xtcmon",
        help="Streaming online monitor for X-ray free-electron lasers. Start with: xtcmon demo",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    # With one command and nothing else typer would not ask for its name.
    app.callback()(lambda: None)
    names = {info.name.replace("_", "-"): info.name for info in pkgutil.iter_modules(commands.__path__)}
    for name in [wanted] if wanted in names else sorted(names):
        module = importlib.import_module(f"{commands.__name__}.{names[name]}")
        target: Any = getattr(module, "command", None)
        if target is None:
            # Only another command has this one below it.
            continue
        if isinstance(target, typer.Typer):
            app.add_typer(target, name=name)
        else:
            app.command(name=name, context_settings=getattr(module, "CONTEXT", None))(_exiting(target))
    return app


def main() -> None:
    """Run the command line; the exit code is 0 only for success."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Exit code of one call, with every expected error printed as a sentence on standard error."""
    try:
        application(*arguments[:1])(args=arguments, prog_name="xtcmon")
    except (ConfigError, Unusable) as error:
        return _say(error, WRONG_USAGE)
    except XtcmonError as error:
        return _say(error, FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not complain while it closes the pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SystemExit as leave:
        return leave.code if isinstance(leave.code, int) else 0
    return 0


def _exiting(function: Callable[..., int | None]) -> Callable[..., None]:
    """The same command, whose whole number becomes the exit code of the process."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> None:
        code = function(*args, **kwargs)
        if code:
            raise typer.Exit(code)

    return wrapper


def _say(error: Exception, code: int) -> int:
    """Print the sentence, return the code."""
    print(f"xtcmon: {error}", file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
