"""The whole service for one run: checked, kept alive, summed up."""

import time
from pathlib import Path

from monitor.errors import Unusable, XtcmonError
from monitor.settings import Settings
from monitor.supervisor.folder import service_folder
from monitor.supervisor.nursery import Nursery
from monitor.supervisor.policy import FLAWED_EXIT, USAGE_EXIT
from monitor.supervisor.service import Start
from monitor.tools import logs
from monitor.tools.launch import last_words, supervise
from monitor.tools.look import Show, StatusLine
from monitor.tools.process import POLL_S, argv, write_settings
from monitor.tools.screen import err, out
from monitor.tools.setup import check_output, check_ports


def play(settings: Settings, nursery: Nursery, *, dashboard: bool, open_browser: bool, check: bool = False) -> int:
    """Run the service of these settings; exit code for the command line.

    Parameters
    ----------
    settings
        The whole set-up.
    nursery
        Starts the processes.
    dashboard
        Serve the pages too.
    open_browser
        Open them as soon as they are there.
    check
        Check everything, start nothing.

    Raises
    ------
    XtcmonError
        If it cannot start, or what was read is not all in the file.
    """
    logs.set_up(level="WARNING")
    with service_folder() as folder, StatusLine() as line:
        write_settings(folder, settings)
        _check(folder, nursery.start)
        check_output(settings.store.directory)
        check_ports(settings, dashboard=dashboard)
        if check:
            out.print("settings, source and output folder are in order")
            return 0
        show = Show(folder, line, open_browser=open_browser, stay=dashboard)
        try:
            service = supervise(folder, settings, dashboard=dashboard, each_turn=show.turn, start=nursery.start)
        finally:
            show.close()
        if service.broken_off:
            raise XtcmonError(f"stopped before everything was written; what was committed is in {settings.store.directory}")
        codes = {name: service.exit_code_of(name) for name in ("reader", "aggregator")}
        for name, code in codes.items():
            if code == USAGE_EXIT:
                raise Unusable(last_words(folder, name))
            if code not in (0, FLAWED_EXIT):
                raise XtcmonError(f"the {name} failed: {last_words(folder, name)}")
        flawed = last_words(folder, "reader") if codes["reader"] == FLAWED_EXIT else show.unreadable
    if unaccounted := show.unaccounted:
        raise XtcmonError(f"{unaccounted} events are not accounted for; run `xtcmon run` on the recorded files again")
    if flawed:
        err.print(f"xtcmon: {flawed}", markup=False)
        return FLAWED_EXIT
    return 0


def _check(folder: Path, start: Start) -> None:
    """Have the settings of a service checked by a process that has what it takes imported.

    Raises
    ------
    Unusable, XtcmonError
        If they cannot be used, in that process's own words.
    """
    said = folder / "check.log"
    process = start(argv("reader", "--service", str(folder), "--check"), said)
    try:
        while (code := process.exit_code()) is None:
            time.sleep(POLL_S)
    finally:
        process.kill()
    if code:
        words = said.read_text(errors="replace").strip().removeprefix("xtcmon: ") or f"the settings were not checked: {code}"
        raise Unusable(words) if code == USAGE_EXIT else XtcmonError(words)
