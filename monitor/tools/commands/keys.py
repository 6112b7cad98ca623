"""``xtcmon keys``: who may connect from other machines."""

from typing import Annotated

import typer

from monitor.errors import ConfigError
from monitor.net.key_folder import OWN, RIGHTS, KeyFolder, key_folder, make_pair, public_key
from monitor.tools.screen import out

command = typer.Typer(help="Keys for connections between machines: make a pair, show it, allow others.", no_args_is_help=True)

Folder = Annotated[
    str, typer.Option("--directory", help="folder of the keys", show_default="XTCMON_KEYS or ~/.config/xtcmon/keys")
]


@command.command()
def make(
    name: Annotated[str, typer.Argument(help="whose pair; `service` is the one that xtcmon itself uses")] = OWN,
    directory: Folder = "",
) -> None:
    """Make a pair of keys: NAME.key to give away, NAME.key_secret to keep.

    Example: xtcmon keys make alice
    """
    if not name.replace("-", "").replace("_", "").isalnum():
        raise ConfigError("a name has letters, digits, - and _ only", key=name)
    secret = make_pair(key_folder(directory), name)
    out.print(f"{secret.with_suffix('.key')}  give this one away\n{secret}  keep this one", markup=False)


@command.command()
def show(directory: Folder = "") -> None:
    """The service's public key, and who may connect for what.

    Example: xtcmon keys show
    """
    keys = KeyFolder(key_folder(directory))
    out.print(f"{keys.public.decode()}  {OWN}  (the key of this service)", markup=False)
    for key, client in keys.clients().items():
        out.print(f"{key.decode()}  {client.name}  {', '.join(sorted(client.rights))}", markup=False)


@command.command()
def allow(
    key: Annotated[str, typer.Argument(help="a public key, or a NAME.key file", show_default=False)],
    name: Annotated[str, typer.Argument(help="whose it is", show_default=False)],
    may: Annotated[str, typer.Option(help="rights, separated by commas; empty takes all away")] = "read",
    directory: Folder = "",
) -> None:
    """Let somebody connect, at once and without a restart.

    Example: xtcmon keys allow alice.key alice --may read,control
    """
    rights = frozenset(may.split(",")) if may else frozenset[str]()
    if unknown := rights - set(RIGHTS):
        raise ConfigError(f"there is no right {min(unknown)!r}; rights are {', '.join(RIGHTS)}", key="--may")
    if len(name.split()) != 1:
        raise ConfigError("a name is one word", key=name)
    keys = KeyFolder(key_folder(directory))
    keys.allow(public_key(key), name, rights)
    out.print(f"{name} may {', '.join(sorted(rights)) or 'do nothing any more'}", markup=False)
