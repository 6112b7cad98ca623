"""Which common mode a detector gets: what the settings say, else the common-mode file, else the default of its family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.errors import ConfigError
from monitor.plugins import load_folder
from monitor.settings import CommonMode
from workers.corrections.common_mode.algorithm import ALGORITHMS, Algorithm, Corrector, Situation
from workers.features.feature import parameters_from

load_folder("workers.corrections.common_mode")

OFF, RAW, RAW_WITH_CODE, STANDARD, FIXED_GAIN, NOMINAL_GAIN = 0, -1, -2, 30, 81, 82
"""Numbers that choose the steps around the common mode, and have none; ``STANDARD`` is the facility's own calibration."""
GHOST = 100
"""Added to a number by smalldata_tools: the ghost of the event before, which another worker may have, is taken off too."""
WITHOUT = (OFF, RAW, RAW_WITH_CODE)
FRAME_CAMERAS = ("uxi", "icarus")

SMALL_DATA_DEFAULTS = {"cspad": 0, "cspad2x2": 1, "epix100": 6, "epix10ka": 80, "jungfrau": 0, "rayonix": RAW, "uxi": 0}
"""Number by family where neither the settings nor the calib directory say one (smalldata_tools)."""

FACILITY_DEFAULTS: dict[str, tuple[float, ...]] = {
    "cspad": (1, 25, 25, 100, 1),
    "cspad2x2": (1, 25, 25, 100, 1),
    "epix100": (4, 6, 30, 10),
    "epix10ka": (7, 2, 10, 10),
    "jungfrau": (7, 1, 100, 0),
    "pnccd": (3, 50, 10, 128),
    "andor": (2, 10, 10, 0),
}
"""What the facility's own calibration does by family where there is no common-mode file: as in such a file."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A number and the parameters that were given with it; ``numbers`` are those of a common-mode file."""

    number: int
    parameters: Mapping[str, Any] | None = None
    numbers: Sequence[float] = ()


def choice(wanted: CommonMode | None, stored: Sequence[float], situation: Situation) -> Choice:
    """What a detector gets.

    Parameters
    ----------
    wanted
        The settings.
    stored
        Numbers of the common-mode file; empty = there is none.
    """
    if wanted is not None and wanted.algorithm != STANDARD:
        return Choice(wanted.algorithm, wanted.parameters)
    family = situation.family
    if not len(stored):
        if wanted is None and family in SMALL_DATA_DEFAULTS:
            return Choice(SMALL_DATA_DEFAULTS[family])
        panels, rows, columns = situation.shape
        one_segment = (1, 50, 50, 100, 1, panels * rows * columns, 1)
        stored = one_segment if family == "princeton" else FACILITY_DEFAULTS.get(family, ())
    numbers = tuple(float(number) for number in stored)
    return Choice(int(numbers[0]) if numbers else OFF, None, numbers[1:])


def corrector_for(chosen: Choice, situation: Situation, *, key: str = "common_mode") -> Corrector | None:
    """The prepared algorithm; None if there is none in this number.

    Raises
    ------
    ConfigError
        If there is no such number or parameter, or the detector is none that the algorithm is for.
    """
    number = chosen.number
    if number in WITHOUT or (number in (FIXED_GAIN, NOMINAL_GAIN) and situation.family not in FRAME_CAMERAS):
        return None
    algorithm = algorithm_of(number, situation.family, key)
    given = algorithm.from_numbers(chosen.numbers, situation) if chosen.parameters is None and chosen.numbers else {}
    given = {**algorithm.preset, **given, **(chosen.parameters or {})}
    try:
        return algorithm.make(parameters_from(algorithm.parameters, given, key), situation)
    except ValueError as error:
        raise ConfigError(f"common mode {number}: {error}", key=key) from error


def algorithm_of(number: int, family: str, key: str) -> Algorithm:
    """Algorithm of a number; cameras that send several frames have some of their own."""
    return ALGORITHMS.get(f"uxi {number}" if family in FRAME_CAMERAS and number >= 80 else str(number), key=key)


def check(wanted: CommonMode, key: str) -> None:
    """Whether number and parameters can be those of some detector.

    Raises
    ------
    ConfigError
        If there is no such number, or it has no such parameter.
    """
    number = wanted.algorithm
    if number >= GHOST:
        why = f"{number} takes off the ghost of the event before, which may be another worker's; use {number % GHOST}"
        raise ConfigError(why, key=key)
    if number in (*WITHOUT, STANDARD):
        if wanted.parameters:
            raise ConfigError(f"common mode {number} has no parameters", key=f"{key}.{min(wanted.parameters)}")
        return
    names = (str(number), f"uxi {number}")
    known = [algorithm for name, algorithm in ALGORITHMS.items() if name in names]
    if not known and number not in (FIXED_GAIN, NOMINAL_GAIN):
        ALGORITHMS.get(str(number), key=key)
    errors = []
    for algorithm in known:
        try:
            parameters_from(algorithm.parameters, {**algorithm.preset, **wanted.parameters}, key)
        except ConfigError as error:
            errors.append(error)
    if known and len(errors) == len(known):
        raise errors[0]
