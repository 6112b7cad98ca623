"""What a scenario is, and the list of them: one file each in ``scenarios/``, found at start-up."""

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from numpy.typing import NDArray

from monitor.errors import ConfigError
from monitor.simulate.constants import Constant
from monitor.simulate.contribution import Group
from monitor.simulate.options import Options, Setup
from monitor.simulate.timeline import Shots, Timeline
from monitor.simulate.xtc2.record import NAME


class Play(Protocol):
    """A scenario with everything decided: gives contents of datagrams, and the truth about them."""

    def configure(self) -> list[Group]:
        """Contents of Configure."""

    def begin_step(self, step: int) -> list[Group]:
        """Contents of the BeginCalibCycle of a step."""

    def events(self, shots: Shots) -> list[Group]:
        """Contents of consecutive events of one step; every column is as long as ``shots``."""

    def facts(self) -> Mapping[str, Any]:
        """What is true of the run, in plain numbers and texts."""

    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """What is true of the run, in arrays."""

    def constants(self) -> list[Constant]:
        """Files for the calib directory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A kind of run that can be simulated.

    Attributes
    ----------
    name
        What a person types.
    summary
        One sentence for a list.
    experiment, run
        As in file names.
    defaults
        Options where the person has no wish.
    event_size
        About how many bytes one event has; says how many are made at a time.
    build
        Decides everything: ``build(setup, timeline) -> Play``.
    """

    name: str
    summary: str
    experiment: str
    run: int
    defaults: Options
    event_size: int
    build: Callable[[Setup, Timeline], Play]

    @property
    def run_name(self) -> str:
        """Experiment and run as in file names, ``e81-r0098``."""
        return f"{self.experiment}-r{self.run:04d}"


@cache
def scenarios() -> Mapping[str, Scenario]:
    """All scenarios by name.

    Raises
    ------
    ConfigError
        For a file without a scenario, or a name used twice.
    """
    package = importlib.import_module("monitor.simulate.scenarios")
    found: dict[str, Scenario] = {}
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        scenario = getattr(module, "SCENARIO", None)
        if not isinstance(scenario, Scenario):
            raise ConfigError("the file defines no SCENARIO", file=f"{module.__file__}")
        if scenario.name in found:
            raise ConfigError(f"the scenario {scenario.name!r} exists twice", file=f"{module.__file__}")
        found[scenario.name] = scenario
    return found


def scenario_named(name: str) -> Scenario:
    """The scenario with this name.

    Raises
    ------
    ConfigError
        With the nearest name, if there is none.
    """
    known = scenarios()
    if name not in known:
        close = difflib.get_close_matches(name, [*known, NAME], n=1, cutoff=0.3)
        there = ", ".join([*known, NAME])
        raise ConfigError(f"there is no scenario {name!r}; there are {there}", nearest=close[0] if close else "")
    return known[name]
