"""``xtcmon bridge``: the reduced stream in other tools' words."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.errors import ConfigError, Unusable
from monitor.tools.process import known_endpoints, settings_of, stop_event


def command(
    settings_file: Annotated[Path | None, typer.Argument(help="settings with sections named bridge", show_default=False)] = None,
    service: Annotated[Path | None, typer.Option(help="runtime folder of the service", show_default="the one that runs")] = None,
    address: Annotated[str, typer.Option(help="address of a reduced stream, for a service elsewhere")] = "",
    keys: Annotated[str, typer.Option(help="folder of the keys", show_default="the settings'")] = "",
    server_key: Annotated[str, typer.Option(help="public key (or .key file) of the service elsewhere, if not the same")] = "",
    check: Annotated[bool, typer.Option("--check", help="check the settings, open nothing")] = False,
    generation: Annotated[int, typer.Option(help="how often it was started before")] = 0,
) -> int:
    """Serve the bridges of the settings. `xtcmon run` starts this by itself where its settings have bridges.

    Example: xtcmon bridge bridges.toml --address tcp://127.0.0.1:5580
    """
    from monitor.aggregator.bridging import run_bridges
    from monitor.aggregator.dialect import check_bridges
    from monitor.net.key_folder import public_key
    from monitor.net.keys import keys_to_show, use_keys
    from monitor.settings import load
    from monitor.supervisor.folder import the_service

    settings = load(settings_file) if settings_file else None
    if settings is None and address:
        raise ConfigError("name a settings file with [[bridge]] sections", key="--address")
    if settings is not None:
        known = settings.keys
        use_keys(keys or known.directory, required=known.required, insecure=known.insecure)
    if server := public_key(server_key):
        keys_to_show(server)
    stop = stop_event()
    if settings is not None and check:
        check_bridges(settings.bridge)
        return 0
    rows = ""
    if not address:
        folder = the_service(service)
        of_service = settings_of(folder, "bridge")
        settings = settings or of_service
        endpoints = known_endpoints(folder, stop, "stream", "rows")
        address, rows = endpoints.stream, endpoints.rows
    if settings is None or not settings.bridge:
        raise ConfigError("the settings have no [[bridge]]; see docs/bridges.md")
    check_bridges(settings.bridge)
    if check or stop.is_set():
        return 0
    try:
        run_bridges(settings, address, rows, stop, server_key=server)
    except Unusable:
        if not generation:
            raise
        # A port that was taken while this process was away must not end the run: the supervisor tries again.
        return 1
    return 0
