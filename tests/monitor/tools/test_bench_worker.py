"""What a worker needs per event: every part of the settings is named, and the parts are not more than the whole."""

import pytest

from monitor.errors import Unusable
from monitor.settings import parse
from monitor.simulate.options import Options
from monitor.simulate.run import simulate
from monitor.tools.bench_worker import bench_worker

DETECTOR = {
    "name": "epix",
    "source": "XppEndStation-0|Epix100a-1",
    "common_mode": 6,
    "feature": [{"kind": "wholeFrame"}, {"kind": "ROIFunc", "name": "middle", "ROI": [[300, 400], [300, 400]]}],
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    made = simulate("cameras", tmp_path_factory.mktemp("run"), Options(steps=1, events=60), lambda done, of: None)
    return [str(path) for path in made.files]


def test_every_part_of_the_settings_is_measured(files: list[str]) -> None:
    lines = bench_worker(parse({"source": {"files": files}, "detector": [DETECTOR]}), 20)
    assert [line.part for line in lines] == ["all", "epix: common mode 6", "epix: wholeFrame", "epix: middle", "epix: sums"]
    assert lines[0].ms > 0
    assert max(line.ms for line in lines[1:]) < lines[0].ms


def test_a_run_that_is_too_short_is_said(files: list[str]) -> None:
    settings = parse({"source": {"files": files, "events": "0:3"}, "detector": [DETECTOR]})
    with pytest.raises(Unusable, match="take a longer run"):
        bench_worker(settings, 20)
