"""The dashboard process: joins the pages to the service that has a runtime folder."""

import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from dashboards.link import ServiceLink
from dashboards.server import Dashboard
from monitor.errors import Unusable
from monitor.net.endpoints import read_endpoints, write_endpoints
from monitor.settings import Settings


def run(
    settings: Settings,
    folder: Path,
    *,
    port: int | None = None,
    ready: Callable[[str], None] = lambda address: None,
    stop: threading.Event | None = None,
) -> None:
    """Serve the pages until stopped; the folder is told the address.

    Parameters
    ----------
    settings
        The whole set-up.
    folder
        Runtime folder of the service.
    port
        TCP port, ``None`` = the one of the settings. 0 takes any free one, or the one that pages of this service had before, so
        that open browsers find a restarted dashboard again.
    ready
        Called once with the real address, when pages can be opened.
    stop
        Ends the server when set.

    Raises
    ------
    Unusable
        If the port cannot be used.
    """

    def on_ready(address: str) -> None:
        write_endpoints(folder, dashboard=address)
        ready(address)

    wanted = settings.pages.port if port is None else port
    _dashboard(settings, folder, wanted).run(on_ready, stop)


def _dashboard(settings: Settings, folder: Path, port: int) -> Dashboard:
    """A dashboard on the wanted port."""
    link = ServiceLink(lambda: read_endpoints(folder))
    former = urlsplit(read_endpoints(folder).dashboard).port
    if port == 0 and former is not None:
        try:
            return Dashboard(settings, link, port=former)
        except Unusable:
            # Somebody else has it now, perhaps a second dashboard of this service.
            return Dashboard(settings, link, port=0)
    return Dashboard(settings, link, port=port)
