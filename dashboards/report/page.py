"""A report as one HTML page: no scripts, nothing from anywhere else."""

import os
import re
import time
from html import escape
from pathlib import Path

from dashboards.recorded_run import snapshot_of
from dashboards.report.sections import sections
from dashboards.runs import report_path
from dashboards.snapshot import Snapshot
from monitor.errors import Unusable
from monitor.store.run_file import open_run

STYLE = (Path(__file__).parent.parent / "templates" / "report.css").read_text()


def html_of(snapshot: Snapshot) -> str:
    """The page about a recorded run."""
    name = f"{snapshot.run.get('experiment', '')} run {snapshot.run.get('run', '')}".strip()
    made = list(sections(snapshot))
    links = "".join(f'<a href="#{_anchor(each.title)}">{escape(each.title)}</a>' for each in made)
    body = "".join(f'<h2 id="{_anchor(s.title)}">{escape(s.title)}</h2><div class="plots">{s.html}</div>' for s in made)
    when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(name)}</title><style>{STYLE}</style>'
        f"<h1>{escape(name)}</h1><nav>{links}</nav>{body}"
        f"<footer>made by xtcmon from {escape(snapshot.recorded)} at {when}</footer></html>\n"
    )


def write_report(file: Path, to: Path | None = None) -> Path:
    """Make the report of a run.

    Parameters
    ----------
    file
        The run's file.
    to
        Where to write; ``None`` = beside the file.

    Raises
    ------
    Unusable
        If there is no such run, or the report cannot be written.
    DamagedData
        If the file is not ours, or is damaged.
    """
    with open_run(file) as run:
        snapshot = snapshot_of(run)
    path = to or report_path(file)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(html_of(snapshot))
        fresh.replace(path)
    except OSError as error:
        raise Unusable(f"the report cannot be written to {path}: {error.strerror}") from error
    return path


def _anchor(title: str) -> str:
    return re.sub(r"\W+", "-", title.lower())
