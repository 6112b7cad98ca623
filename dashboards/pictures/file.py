"""A picture as a file: every pixel as the number it is, not as the screen shows it."""

import math
import time
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dashboards.pictures.details import Details
from dashboards.pictures.kinds import KINDS
from dashboards.snapshot import Picture, Snapshot
from monitor.store.picture_file import picture_file

About = Mapping[str, str | int | float]

TOLD = ("seq", "event_time", "fiducials", "run", "step", "events")


def picture_content(picture: Picture, good: NDArray[np.uint8], said: About, ending: str) -> bytes:
    """The file: for ``h5`` the datasets ``image`` and ``mask``, for ``csv`` a line per row, empty where there is no value."""
    if ending == "h5":
        return picture_file(picture.image, good, said)
    head = "".join(f"# {key}: {' '.join(str(value).split())}\n" for key, value in said.items())
    return (head + "".join(map(_line, picture.image))).encode()


def _line(row: NDArray[np.number]) -> str:
    """Nine digits give every single-precision number back."""
    return ",".join("" if math.isnan(value) else f"{value:.9g}" for value in row.tolist()) + "\n"


def about_picture(
    snapshot: Snapshot, picture: Picture, detector: str, kind: str, *, panels: bool
) -> dict[str, str | int | float]:
    """What the file says of itself: detector, kind, unit, run, event or number of events, settings version, the time now."""
    told = {key: value for key in TOLD if isinstance(value := picture.header.get(key), int | float)}
    run, version = snapshot.run.get("run"), snapshot.pipeline.get("version")
    known = {name: value for name, value in (("run", run), ("settings_version", version)) if isinstance(value, int)}
    return {
        "detector": detector,
        "picture": KINDS[kind].title,
        "arrangement": "panels side by side" if panels else "assembled",
        "unit": picture.unit,
        "experiment": str(snapshot.run.get("experiment", "")),
        "count": picture.count,
        "saved": time.strftime("%Y-%m-%d %H:%M:%S %z"),
        **known,
        **told,
    }


def good_of(picture: Picture, details: Details | None, *, panels: bool) -> NDArray[np.uint8]:
    """1 = good: by the mask in force where it is known, and only where the picture has a value."""
    good = np.isfinite(picture.image)
    mask = None if details is None else details.image_of("mask")
    if mask is not None and panels and details is not None:
        mask = details.side_by_side(mask)
    if mask is not None and mask.shape == good.shape:
        good &= mask > 0
    marks: NDArray[np.uint8] = good.astype(np.uint8)
    return marks
