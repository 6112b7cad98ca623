"""Parameters of the settings that hold an array or a rectangle: what cannot be one is refused when the settings are read."""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator

from workers.features.region import pairs_in, several


def _numbers(given: Any) -> Any:
    if isinstance(given, str):
        if not Path(given).is_file():
            raise ValueError(f"there is no file {given}")
        return given
    try:
        usable = given is None or np.asarray(given).dtype.kind in "biuf"
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("is neither a regular list of numbers nor the path of a file")
    return given


def _region(given: Any) -> Any:
    for region in given if several(given) else [given]:
        if region is not None:
            pairs_in(region)
    return given


Numbers = Annotated[Any, AfterValidator(_numbers)]
"""Nested lists of numbers, or the path of a file that is there."""

Region = Annotated[Any, AfterValidator(_region)]
"""Pairs of whole numbers, ``[[r0, r1], [c0, c1]]``, or a list of such; whether they lie in a frame is known when there is one."""
