"""The time tool's variables among all others, and how its pixel becomes a time; lists of variables."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from monitor.model.event import EPICS_CHANGE
from monitor.model.run_state import PvName, RunState
from monitor.settings import Epics, Settings, TimeTool
from tests.support.camera_run import batch_of
from workers.detectors.epics import open_epics
from workers.detectors.family import ReadWhole, Whole
from workers.detectors.time_tool_epics import open_time_tool_epics
from workers.run_view import RunView
from workers.trouble import Trouble

ENDS = ("AMPL", "FLTPOS", "FLTPOS_PS", "FLTPOSFWHM")
PVS = (PvName("XPP:LAS:DELAY", "lxt"), *(PvName(f"XPP:TIMETOOL:{end}", f"tt_{end.lower()}") for end in ENDS))
START = np.array([5.0, 0.1, 400.0, -0.25, 80.0])
CHANGES = np.array([(1, 2, 0.0), (2, 0, 6.0), (2, 3, 0.5)], EPICS_CHANGE)


def run_view(settings: Settings, pvs: tuple[PvName, ...] = PVS) -> RunView:
    state = RunState(version=1, experiment="xpp00310", run=98, step=0, format="xtc", configs={}, pvs=pvs)
    return RunView(state, settings)


def values(read: ReadWhole) -> dict[str, list[Any]]:
    """Columns for three events; the position is lost in the second."""
    batch, _ = batch_of([[b""]] * 3)
    batch = replace(batch, epics_start=START, epics_changes=CHANGES)
    whole = Whole(batch=batch, groups={}, trouble=Trouble())
    return {column.field.name: column.values.tolist() for column in read(whole)}


def test_the_variables_go_by_the_end_of_their_names() -> None:
    found = values(open_time_tool_epics(run_view(Settings())))
    assert found == {
        "tt/FLTPOS": [400.0, 0.0, 0.0],
        "tt/FLTPOS_PS": [-0.25, -0.25, 0.5],
        "tt/AMPL": [0.1, 0.1, 0.1],
        "tt/FLTPOSFWHM": [80.0, 80.0, 80.0],
        "tt/ttCorr": [-0.25, -0.25, 0.5],
    }


def test_a_polynomial_makes_a_time_of_the_position_and_0_of_none() -> None:
    settings = Settings(timetool=TimeTool(calibration=(1.0, -0.002, 1e-6)))
    found = values(open_time_tool_epics(run_view(settings)))
    np.testing.assert_allclose(found["tt/ttCorr"], [1.0 - 0.8 + 0.16, 0.0, 0.0])


def test_a_run_without_a_time_tool_has_no_such_values() -> None:
    assert values(open_time_tool_epics(run_view(Settings(), PVS[:1]))) == {}


def test_lists_of_variables_are_recorded_under_their_own_group() -> None:
    view = run_view(Settings(epics=Epics(all=False, record=("lxt", "*FLTPOS_PS", "nothing"))))
    assert values(open_epics(view)) == {"epicsUser/lxt": [5.0, 5.0, 6.0], "epicsUser/tt_fltpos_ps": [-0.25, -0.25, 0.5]}
    assert view.trouble.counts == {"epics.record: this run has no variable 'nothing'": 1}


@pytest.mark.parametrize("record", [(), ("lxt",)])
def test_all_variables_are_recorded_unless_told_otherwise(record: tuple[str, ...]) -> None:
    found = values(open_epics(run_view(Settings(epics=Epics(record=record)))))
    assert {name for name in found if name.startswith("epicsAll/")} == {f"epicsAll/{pv.alias}" for pv in PVS}
    assert len(found) == len(PVS) + len(record)
