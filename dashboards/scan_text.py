"""What a fit says, as a person reads it."""

from dashboards.fits.fit import Fit
from dashboards.reduce.delay import Branch, ScanResult
from dashboards.texts import number, with_error

POOR = 3.0
"""Reduced chi2 beyond which the shape is not the one of the points."""


def fit_texts(name: str, branch: Branch | None, unit: str) -> dict[str, str]:
    """The position in large letters, and the sentence and width below it."""
    fit = branch.fit if branch else None
    if fit is None:
        return {f"{name}-zero": "–", f"{name}-width": "nothing found" if branch else "not corrected", f"{name}-height": ""}
    position = f"{with_error(fit.values[0], fit.errors[0])} {unit}".rstrip()
    widths = [f"{each} {with_error(fit.value(each), fit.error(each))} {unit}".rstrip() for each in fit.shape.names[1:]]
    return {
        f"{name}-zero": position,
        f"{name}-width": f"{fit.shape.tells.format(position)}; {', '.join(widths)}",
        f"{name}-height": f"height {with_error(fit.value('height'), fit.error('height'))}, χ² {chi2(fit)}",
    }


def fit_table(result: ScanResult, unit: str) -> list[list[str]]:
    """Each parameter of both fits."""
    fits = {"as set": result.plain.fit, "corrected": result.corrected.fit if result.corrected else None}
    names = list(dict.fromkeys(name for fit in fits.values() if fit for name in fit.names))
    lines = []
    for name in names:
        own = "" if name in ("base", "height") else unit
        cells = [f"{with_error(fit.value(name), fit.error(name))} {own}".rstrip() if fit else "–" for fit in fits.values()]
        lines.append([name, *cells])
    return [*lines, ["χ² / degrees of freedom", *(chi2(fit) if fit else "–" for fit in fits.values())]] if names else []


def chi2(fit: Fit) -> str:
    """Sum of squares over the degrees of freedom; a shape that does not fit is told."""
    poor = " (does not fit well)" if fit.chi2 > POOR * fit.degrees else ""
    return f"{number(fit.chi2)} / {fit.degrees}{poor}"
