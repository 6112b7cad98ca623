"""What a person chose for one plot, and how it stands in a page's address."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.reduce.window import USUAL

MOST_PLOTS = 16
MOST_CURVES = 6
LONGEST = 400
"""Letters of one entry; an address comes from anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlotChoice:
    """One plot.

    Attributes
    ----------
    kind
        Name in the registry of plots.
    y, x
        Expressions over fields: one curve for each of ``y``, against ``x`` where the kind has one.
    where
        Condition on the events.
    window
        Rows it stands on, see ``dashboards.reduce.window``.
    average
        Events (``"120"``) or seconds (``"60s"``) per point; empty = as the screen needs.
    band
        What is drawn around a mean: ``""`` smallest to largest, ``error``, ``spread`` or ``none``.
    bins
        Number of bins, or their edges by hand; empty = automatic.
    mode
        A variant that the kind offers.
    log
        Logarithmic axes: any of the letters x and y.
    x_range, y_range
        Limits by hand; empty = automatic.
    reference
        Identifier of the kept curve that is drawn in grey.
    """

    kind: str = "strip"
    y: tuple[str, ...] = ()
    x: str = ""
    where: str = ""
    window: str = USUAL
    average: str = ""
    band: str = ""
    bins: str = ""
    mode: str = ""
    log: str = ""
    x_range: str = ""
    y_range: str = ""
    reference: str = ""


def to_text(choices: Sequence[PlotChoice]) -> str:
    """Plots as short JSON: only what is not the default."""
    usual = dataclasses.asdict(PlotChoice())
    entries = [{name: value for name, value in dataclasses.asdict(choice).items() if value != usual[name]} for choice in choices]
    return json.dumps(entries, separators=(",", ":"), ensure_ascii=False)


def from_text(text: str) -> list[PlotChoice]:
    """Plots of an address; what is not one is left out, silently, for a mistyped address is no reason for an empty page."""
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        return []
    if not isinstance(entries, list):
        return []
    return [_choice(entry) for entry in entries[:MOST_PLOTS] if isinstance(entry, dict)]


def _choice(entry: dict[str, Any]) -> PlotChoice:
    """One plot, with the default for whatever is not as it should be."""
    names = {each.name for each in dataclasses.fields(PlotChoice)} - {"y"}
    given = {name: value for name, value in entry.items() if name in names and isinstance(value, str) and len(value) <= LONGEST}
    curves = entry.get("y", [])
    several = curves if isinstance(curves, list) else []
    y = tuple(each for each in several if isinstance(each, str) and 0 < len(each) <= LONGEST)[:MOST_CURVES]
    return PlotChoice(y=y, **given)
