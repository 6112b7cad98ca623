"""A report as one HTML page: no scripts, nothing from anywhere else."""

import os
import re
import time
from dataclasses import replace
from html import escape
from pathlib import Path
from urllib.parse import quote

from dashboards.recorded_run import snapshot_of
from dashboards.report.sections import sections
from dashboards.runs import report_path, runs_in
from dashboards.snapshot import Snapshot
from dashboards.stored_now import fields_now
from monitor.errors import Unusable
from monitor.store.run_file import open_run

STYLE = (Path(__file__).parent.parent / "templates" / "report.css").read_text()


def html_of(snapshot: Snapshot, others: str = "") -> str:
    """The page about a recorded run; ``others`` are links to the reports of other runs, as HTML."""
    name = f"{snapshot.run.get('experiment', '')} run {snapshot.run.get('run', '')}".strip()
    made = list(sections(snapshot))
    links = "".join(f'<a href="#{_anchor(each.title)}">{escape(each.title)}</a>' for each in made)
    body = "".join(f'<h2 id="{_anchor(s.title)}">{escape(s.title)}</h2><div class="plots">{s.html}</div>' for s in made)
    when = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(name)}</title><style>{STYLE}</style>'
        f"<h1>{escape(name)}</h1>{others}<nav>{links}</nav>{body}"
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
    path = to or report_path(file)
    with open_run(file) as run:
        whole = snapshot_of(run)
        made = html_of(replace(whole, **fields_now(run, whole.rows)), links_to_others(path, whole))
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(made)
        fresh.replace(path)
    except OSError as error:
        raise Unusable(f"the report cannot be written to {path}: {error.strerror}") from error
    return path


def links_to_others(path: Path, snapshot: Snapshot) -> str:
    """Links to the reports of other runs of the experiment that lie beside a report: first, previous, next, latest."""
    run = snapshot.run.get("run", -1)
    known = [each for each in runs_in(path.parent) if each.experiment == snapshot.run.get("experiment") and each.report]
    others = sorted((each.run, each.report.name) for each in known if each.report is not None and each.run != run)
    if not others:
        return ""
    before, after = [each for each in others if each[0] < run], [each for each in others if each[0] > run]
    wanted = (("First", before[:1]), ("Previous", before[-1:]), ("Next", after[:1]), ("Latest", after[-1:]))
    links = (f'<a href="{quote(name)}">{word}: run {number}</a>' for word, found in wanted for number, name in found)
    return f"<nav>{''.join(links)}</nav>"


def _anchor(title: str) -> str:
    return re.sub(r"\W+", "-", title.lower())
