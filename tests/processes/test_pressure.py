"""The short form of ``xtcmon bench pressure``: workers and disk hang, subscribers do not read, every event is accounted for."""

from pathlib import Path

import pytest

from monitor.store.run_file import open_run
from monitor.tools.pressure.strain import KINDS
from monitor.tools.pressure.trial import pressure
from tests.processes.conftest import file_in
from tests.support.command import PATIENCE_S

pytestmark = [pytest.mark.processes, pytest.mark.timeout(4 * PATIENCE_S)]

SECONDS = 40.0


def test_under_pressure_every_event_is_written_or_in_a_gap_and_the_source_keeps_its_rate(tmp_path: Path) -> None:
    verdict = pressure(tmp_path, SECONDS, rate=120.0)
    assert verdict.complaints == []
    assert {sample.kind for sample in verdict.samples} == set(KINDS)
    assert verdict.ledger["read"] == int(SECONDS * 120)
    with open_run(file_in(tmp_path / "out")) as written:
        gaps: dict[str, int] = {}
        for gap in written.lost:
            gaps[gap.why] = gaps.get(gap.why, 0) + gap.stop - gap.first
    assert gaps == verdict.losses
    assert all(sample.memory["aggregator"] > 0 for sample in verdict.samples[-3:])
