"""The panel of the reference asks for the mean of shots without X-rays, if there are enough of them."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest

from dashboards.pages.page import View
from dashboards.reduce.arrival import Tool
from dashboards.reduce.reference import LEAST_SHOTS
from dashboards.snapshot import Curves, FieldInfo, Snapshot
from dashboards.table import Table
from dashboards.timetool_reference import ReferencePanel
from dashboards.timetool_settings import Section
from monitor.settings import Settings
from monitor.wire.message import Message

TOOL = Tool("opal/ttRaw_pos", "", "", "")
IN_USE = [1.0, 1.0, 2.0]
PATH = "detector.opal.feature.ttRaw"


def section(reference: list[float]) -> Section:
    return Section(PATH, {"kind": "timetoolRaw", "ttROI_signal": [[0, 2], [5, 8]], "reference_file": reference})


def snapshot(shots: int) -> Snapshot:
    """Every other event is a shot without X-rays, with 2, 2.2 and 4 counts and a little that grows from shot to shot."""
    seq = np.arange(2 * max(shots, 1))
    traces = np.where((seq % 2 == 0)[:, None] & (shots > 0), np.array([2.0, 2.2, 4.0]) + 0.001 * seq[:, None], np.nan)
    rows = Table(seq, seq * 0, seq * 0, seq * 1.0, {TOOL.position: seq * 1.0})
    return Snapshot(version=1, rows=rows, rows_at=1.0, curves={"opal/ttRaw_reference": Curves(seq, traces, FieldInfo("ADU"))})


class Asked:
    """A service that remembers what it is asked for."""

    def __init__(self) -> None:
        self.changes: list[Mapping[str, Any]] = []
        self.view = View(
            settings=Settings(),
            snapshot=Snapshot,
            arguments={},
            redraw=lambda: None,
            control=self._control,
            undo=Future,
            later=lambda run: None,
        )

    def _control(self, changes: Sequence[Mapping[str, Any]]) -> Future[Message]:
        self.changes.extend(changes)
        return Future()


def test_the_mean_of_the_shots_is_asked_for() -> None:
    asked = Asked()
    panel = ReferencePanel(asked.view)
    said = panel.update(snapshot(LEAST_SHOTS), TOOL, section(IN_USE))

    asked.view.acts["reference"]("")

    (change,) = asked.changes
    assert change["path"] == f"{PATH}.reference_file"
    # Of the events 0, 2 ... 18 the middle is 9.
    assert change["value"] == pytest.approx([2.009, 2.209, 4.009])
    # Quotients 2.009, 2.209 and 2.0045 about the middle one, 2.009.
    far = 100 * np.sqrt(((2.209 / 2.009 - 1) ** 2 + (2.0045 / 2.009 - 1) ** 2) / 3)
    assert said["reference-state"] == (
        f"The newest 10 shots without X-rays: events 0 to 18; their shape is {far:.4g} % rms off the one in force."
    )


@pytest.mark.parametrize("shots", [0, LEAST_SHOTS - 1])
def test_too_few_shots_are_no_reference(shots: int) -> None:
    asked = Asked()
    panel = ReferencePanel(asked.view)
    panel.update(snapshot(shots), TOOL, section([]))

    asked.view.acts["reference"]("")

    assert asked.changes == []
    assert "at least 10 shots" in panel.update(snapshot(shots), TOOL, section([]))["reference-text"]


def test_a_position_without_a_reference_has_nothing_to_ask_for() -> None:
    asked = Asked()
    panel = ReferencePanel(asked.view)
    said = panel.update(snapshot(LEAST_SHOTS), TOOL, Section())

    asked.view.acts["reference"]("")

    assert asked.changes == []
    assert said["reference-state"] == ""
