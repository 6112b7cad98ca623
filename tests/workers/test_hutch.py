"""Names of the hutches: legal, and used only where they are wanted."""

import re

import pytest

from monitor.model.run_state import PvName, RunState
from monitor.settings import Names, Settings
from monitor.xtc.header import Level
from monitor.xtc.names import SourcePattern, source_text
from workers.detectors.epics import matching
from workers.hutch import hutch_of, hutches
from workers.run_view import RunView

XPP_SB2_IPM = next(n for n in range(256) if source_text(Level.REPORTER, 0, n) == "XppSb2_Ipm")


def view(experiment: str, *, wanted: bool) -> RunView:
    state = RunState(version=1, experiment=experiment, run=1, step=0, format="xtc", configs={}, pvs=())
    return RunView(state, Settings(names=Names(hutch=wanted)))


@pytest.mark.parametrize("hutch", sorted(hutches()))
def test_every_name_is_one_step_of_a_path(hutch: str) -> None:
    for name in hutches()[hutch].monitors.values():
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name), name


@pytest.mark.parametrize("hutch", sorted(hutches()))
def test_every_detector_of_an_endstation_has_a_legal_address(hutch: str) -> None:
    for address in hutches()[hutch].monitors:
        if "|" in address:
            assert SourcePattern.parse(address)


def test_a_monitor_has_its_hutchs_name_only_where_that_is_wanted() -> None:
    named = {
        (experiment, wanted): view(experiment, wanted=wanted).source(Level.REPORTER, XPP_SB2_IPM).name
        for experiment in ("xpptut15", "cxi12345")
        for wanted in (True, False)
    }
    assert named == {
        ("xpptut15", True): "ipm2",
        ("xpptut15", False): "XppSb2_Ipm",
        ("cxi12345", True): "XppSb2_Ipm",
        ("cxi12345", False): "XppSb2_Ipm",
    }


def test_patterns_of_variables_mean_the_ones_of_the_hutch() -> None:
    pvs = tuple(PvName(f"XPP:{name}", name) for name in ("slit_s1_hw", "slit_s4_vw", "slit_s5_hw", "gon_x", "gon_q", "lxt"))
    found = {pvs[i].alias for pattern in hutch_of("xpptut15").epics for i in matching(pvs, pattern)}
    assert found == {"slit_s1_hw", "slit_s4_vw", "gon_x", "lxt"}
