from pathlib import Path

import numpy as np

from monitor.simulate.options import Options
from monitor.simulate.run import simulate
from tests.monitor.simulate.scenarios.test_photons import JUNGFRAU, words_of
from tests.support.plain_xtc import datagrams

GAIN_MODE_OFFSET = 16


def test_a_jungfrau_goes_through_its_ranges_step_by_step(tmp_path: Path) -> None:
    run = simulate("dark", tmp_path, Options(detector="jungfrau", steps=3, events=2, streams=1))
    stream = list(datagrams(run.files[0]))
    modes = [d.leaf(1, JUNGFRAU, 107).payload[GAIN_MODE_OFFSET] for d in stream if d.service == 8]
    assert modes == [0, 3, 4]
    words = [words_of(d) for d in stream if d.service == 12]
    assert [set(np.unique(word >> 14)) for word in words] == [{0}, {0}, {1}, {1}, {3}, {3}]
    with np.load(run.truth_file.with_suffix(".npz"), allow_pickle=False) as truth:
        for step in range(3):
            mean = ((words[2 * step] & 0x3FFF).astype(float) + (words[2 * step + 1] & 0x3FFF)) / 2
            assert np.abs(mean - truth["pedestal"][step]).max() < 6 * 3.1 / np.sqrt(2)
