"""``xtcmon forward``: the reduced stream once more, for another network."""

from pathlib import Path
from typing import Annotated

import typer

from monitor.errors import ConfigError
from monitor.tools.process import stop_event


def command(
    to: Annotated[str, typer.Argument(help="address to publish at, for example tcp://10.0.0.5:5590", show_default=False)],
    service: Annotated[Path | None, typer.Option(help="runtime folder of the service", show_default="the one that runs")] = None,
    address: Annotated[str, typer.Option(help="address of the stream to follow, for a service elsewhere")] = "",
    topic: Annotated[
        list[str] | None, typer.Option(help="beginning of a topic that goes on; repeat it", show_default="all")
    ] = None,
    field: Annotated[
        list[str] | None, typer.Option("-f", "--field", help="field that goes on, * allowed; repeat it", show_default="all")
    ] = None,
    every: Annotated[int, typer.Option(min=1, help="only events whose number divides by this")] = 1,
    rate: Annotated[float, typer.Option(min=0, help="most events a second; 0 = all")] = 0.0,
    picture_rate: Annotated[float, typer.Option(min=0, help="most pictures a second of each kind; 0 = all")] = 0.0,
    keys: Annotated[str, typer.Option(help="folder of the keys", show_default="XTCMON_KEYS or ~/.config/xtcmon/keys")] = "",
    server_key: Annotated[str, typer.Option(help="public key (or .key file) of the service followed, if not the same")] = "",
    require_keys: Annotated[bool, typer.Option("--require-keys", help="ask for keys on this machine's addresses too")] = False,
    insecure: Annotated[bool, typer.Option("--insecure", help="publish to other machines without keys")] = False,
    check: Annotated[bool, typer.Option("--check", help="check the options, open nothing")] = False,
) -> int:
    """Publish the reduced stream once more, for another network: filtered, thinned, and guarded by keys.

    Example: xtcmon forward tcp://10.0.0.5:5590 --topic rows/ --field "ipm2/*" --rate 10
    """
    from monitor.aggregator.forward import ALWAYS, OTHERS, Filter
    from monitor.aggregator.forwarding import run_forward
    from monitor.net.address import check_address
    from monitor.net.key_folder import public_key
    from monitor.net.keys import IDENTITY, keys_to_show, use_keys
    from monitor.tools.find import stream_address

    topics = tuple(topic or ())
    for name in topics:
        if not name.startswith((*ALWAYS, *OTHERS)) and not any(known.startswith(name) for known in OTHERS):
            raise ConfigError(f"there is no topic {name!r}; there are {', '.join((*ALWAYS, *OTHERS))}", key="--topic")
    check_address(to)
    use_keys(keys, required=require_keys, insecure=insecure)
    IDENTITY.guards(to, insecure=insecure)
    if server := public_key(server_key):
        keys_to_show(server)
    choice = Filter(topics=topics, fields=tuple(field or ()), every=every, rate=rate, picture_rate=picture_rate)
    if check:
        return 0
    source = stream_address(service, address)
    run_forward(choice, source, to, stop_event(), insecure=insecure, server_key=server)
    return 0
