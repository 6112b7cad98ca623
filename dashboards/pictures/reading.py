"""What is under the mouse: value, panel, momentum transfer and resolution."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from dashboards.optics import Given, optics_for
from dashboards.pictures.details import Details
from dashboards.pictures.hub import Viewer
from dashboards.settings_in_force import settings_in_force
from dashboards.snapshot import Snapshot
from dashboards.texts import number
from monitor.errors import ProtocolError
from monitor.settings import Settings


class Reader:
    """Reads single pixels off the pictures that were sent.

    Parameters
    ----------
    snapshot
        The newest one.
    settings
        What this process was started with.
    details
        What is known of a detector.
    """

    def __init__(self, snapshot: Callable[[], Snapshot], settings: Settings, details: Callable[[str], Details | None]) -> None:
        self._snapshot, self._settings, self._details = snapshot, settings, details

    def read(self, viewer: Viewer, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """Texts about one place of the picture a viewer was sent last: ``place``, ``value``, ``panel``, ``q``; empty = not known.

        Raises
        ------
        ProtocolError
            If no place was said.
        """
        place = said.get("read")
        if not isinstance(place, list) or len(place) != 2 or not all(isinstance(n, int) and abs(n) < 1 << 30 for n in place):
            raise ProtocolError("a place is a row and a column")
        row, column = place
        texts = {"place": f"row {row}, column {column}", "value": "", "panel": "", "q": ""}
        wish, shown = viewer.wish, viewer.shown
        if wish is None or shown is None:
            return texts
        image = shown.picture.image
        if 0 <= row < image.shape[0] and 0 <= column < image.shape[1]:
            value = float(image[row, column])
            texts["value"] = f"{number(value)} {shown.picture.unit}".rstrip() if math.isfinite(value) else "no value"
        details = self._details(wish.detector)
        pixel = details.pixel(row, column, panels=wish.panels) if details is not None else -1
        if details is None or pixel < 0:
            return texts
        panel, r, c = details.position(pixel)
        texts["panel"] = f"panel {panel}, row {r}, column {c}" if len(details.shape) > 2 else ""
        texts["q"] = self._q(details, pixel, given_in(said.get("optics")))
        return texts

    def _q(self, details: Details, pixel: int, given: Given) -> str:
        snapshot = self._snapshot()
        optics, _ = optics_for(snapshot, settings_in_force(snapshot, self._settings), details, given)
        if optics is None:
            return ""
        x, y = (float(details.maps[name].reshape(-1)[pixel]) for name in ("x", "y"))
        q = optics.q(x, y)
        return f"q {number(q)} Å⁻¹, d {number(2 * math.pi / q)} Å" if q > 0 else "q 0"


def given_in(said: object) -> Given:
    """What a person says about energy, distance and centre, from a list of four numbers or nulls."""
    if not isinstance(said, list) or len(said) != 4:
        return Given()
    usable = [float(n) if isinstance(n, int | float) and abs(n) < 1e9 else None for n in said]
    return Given(*usable)
