"""Run sums of every algorithm against those of the original (golden/smalldata/README.md, sums.npz)."""

import json
from pathlib import Path

import numpy as np

from monitor.running import joined, merge_sums
from workers.sums import Shots, algorithm_from, sums_of


def test_sums_are_those_of_the_original_however_the_events_are_cut_into_batches(golden_dir: Path) -> None:
    stored = np.load(golden_dir / "smalldata" / "sums.npz")
    frames = np.stack([stored[key] for key in sorted(stored.files) if key.startswith("in/evt")]).astype(np.float32)
    dropped, first = stored["in/dropped"], np.arange(len(frames)) == 0
    index = np.arange(frames[0].size, dtype=np.int32).reshape(frames[0].shape)
    for name, case in json.loads(str(stored["meta"]))["cases"].items():
        algorithms = tuple(algorithm_from(word) for word in case["params"]["algos"])
        for cut in range(len(frames)):
            parts = [slice(0, cut), slice(cut, None)] if cut else [slice(None)]
            sums = merge_sums({}, {})
            for part in parts:
                light = {"laser_on": ~dropped[part], "laser_off": np.zeros_like(dropped[part])}
                shots = Shots(light, dropped[part], first[part])
                sums = merge_sums(sums, sums_of("mydet", algorithms, frames[part], shots, index))
            found = joined(sums)
            for word in case["params"]["algos"]:
                (array,) = found[f"mydet_{word}"].arrays.values()
                expected = stored[f"case/{name}/mydet_{word}"]
                np.testing.assert_allclose(array, expected, rtol=2e-6, atol=1e-5, err_msg=word)
