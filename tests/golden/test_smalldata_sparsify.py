"""Lists of pixels against the original functions (golden/smalldata: sparsify)."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.support.features import all_values, branch, plain_view, settings
from tests.support.golden_cases import Case, cases, of_event
from workers.features.data import context_of
from workers.features.sparse import COLUMNS


def frame_of(case: Case) -> NDArray[np.float64]:
    name, _, mask = case.inputs.partition("+")
    frame = np.asarray(case.stored[f"in/{name}"], np.float64)
    return np.where(case.stored[f"in/{mask}"].astype(bool), np.nan, frame) if mask else frame


def ours(case: Case, frame: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    given = dict(case.settings.model_extra or {})
    if given.get("nData") is not None:
        given["nData"] = int(given["nData"])
    made = branch(settings("sparsifyFunc", name="s", **given), plain_view(frame.shape, dtype=frame.dtype))
    found = all_values(made, frame[None])
    return {name.removeprefix("det/").removeprefix("s_").removeprefix("var_s/"): of_event(v, 0) for name, v in found.items()}


def test_lists_are_those_of_the_original(golden_dir: Path) -> None:
    for case in cases(golden_dir, "sparsify", "sparsifyFunc"):
        found = ours(case, frame_of(case))
        expected = {key.rpartition("_")[2]: values for key, values in case.expected().items()}
        if not expected:
            assert all(found[column].size == 0 for column in COLUMNS), case.label
        for column, values in expected.items():
            np.testing.assert_array_equal(found[column], values, err_msg=f"{case.label} {column}")


def test_the_true_length_is_kept_beside_a_cut_list(golden_dir: Path) -> None:
    for case in cases(golden_dir, "sparsify", "sparsifyFunc"):
        if (case.settings.model_extra or {}).get("nData"):
            frame = frame_of(case)
            assert ours(case, frame)["length"] == np.count_nonzero(np.nan_to_num(frame)), case.label


def test_types_do_not_depend_on_the_event(golden_dir: Path) -> None:
    for case in cases(golden_dir, "sparsify", "sparsifyFunc"):
        frame = frame_of(case)
        kinds = [{name: values.dtype for name, values in ours(case, f).items()} for f in (frame, np.zeros_like(frame))]
        assert kinds[0] == kinds[1], case.label


def test_lists_become_the_frame_again(golden_dir: Path) -> None:
    for case in cases(golden_dir, "sparsify", "unsparsify"):
        frame = frame_of(case)
        made = branch(settings("sparsifyFunc", settings("unsparsifyFunc")), plain_view(frame.shape, dtype=frame.dtype))
        lists = made.feature.process(frame[None], context_of(1)).handed_on()
        assert lists is not None
        dense = made.children[0].feature.process(lists, context_of(1)).handed_on()
        np.testing.assert_array_equal(np.asarray(dense)[0], case.expected()["dense"])
