"""A batch that kills its workers is set aside, the run goes on, and what was set aside can be run again."""

import threading
from pathlib import Path

import numpy as np
import pytest

from monitor.reader.process import FLAWED, Outcome
from monitor.reader.service import run_reader
from monitor.settings import parse
from monitor.simulate.options import Options
from monitor.simulate.run import simulate
from monitor.store.run_file import open_run
from tests.processes.conftest import file_in
from tests.support.command import PATIENCE_S, Command
from tests.support.little_service import LittleAggregator, Phoenix

pytestmark = [pytest.mark.processes, pytest.mark.timeout(2 * PATIENCE_S)]

EVENTS, DEADLY = 120, 57


def test_a_poisonous_batch_is_set_aside_and_can_be_run_again(xtcmon: Command, tmp_path: Path) -> None:
    run = simulate("camera", tmp_path / "data", Options(steps=2, events=EVENTS // 2))
    files = [str(path) for path in run.files]
    settings = parse({"source": {"files": files, "max_events": 8}, "store": {"directory": str(tmp_path / "out")}})
    service, outcome = tmp_path / "service", []
    aggregator, workers = LittleAggregator(service), [Phoenix(service, f"w{i}", DEADLY) for i in range(2)]
    threads = [threading.Thread(target=lambda: outcome.append(run_reader(settings, service)), daemon=True), aggregator, *workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
        assert not thread.is_alive()

    (folder,) = (tmp_path / "out" / "quarantine").iterdir()
    first, stop = map(int, folder.name.split("-")[-2:])
    assert first <= DEADLY < stop
    assert stop - first <= 8
    assert workers[0].seen | workers[1].seen == set(range(EVENTS)) - set(range(first, stop))
    # Three deaths by the batch; a death may be blamed on another one if the last word of a worker was lost with it.
    assert 2 + 3 <= sum(len(worker.lives) for worker in workers) <= 2 + 6
    assert [(note.first, note.stop, note.why) for note in aggregator.lost] == [(first, stop, "quarantined")]
    assert isinstance(outcome[0], Outcome)
    assert outcome[0].code == FLAWED
    assert f"{stop - first} x events set aside" in outcome[0].why

    for what, where in ((run.files, "whole"), (sorted(folder.iterdir()), "again")):
        done = xtcmon.run("run", *what, "--no-dashboard", "--stream", "tcp://127.0.0.1:0", "-o", tmp_path / where)
        assert done.returncode == 0, done.stderr
    with open_run(file_in(tmp_path / "whole")) as whole, open_run(file_in(tmp_path / "again")) as again:
        assert len(again) == stop - first
        for path in ("event_time", "spot_camera/spot_sum", "ebeam/charge", "evr/code_91", "scan/lxt_ttc", "ipm3/sum"):
            if path in whole:
                np.testing.assert_array_equal(again[path], whole[path][first:stop], err_msg=path)
        assert "ipm3/sum" in again
        variables = [path for path in whole if path.startswith("epicsAll/")]
        assert len(variables) > 5
        for path in variables:
            np.testing.assert_array_equal(again[path], whole[path][first:stop], err_msg=path)
