"""The benchmark of features: every line can be measured, and what is compared with plain numpy gives the same numbers."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import workers.bench_features as bench
from monitor.settings import Feature as FeatureSettings
from workers.features.data import Ragged, context_of
from workers.features.feature import FEATURES
from workers.features.tree import grown
from workers.trouble import Trouble

SHAPE = (3, 104, 208)
COMPARED = {
    "ROI full, statistics": ("sum", "mean", "max"),
    "ROI full, area only": ("area",),
    "ROI 100x200, 2 projections": ("sum", "pj_ax_0_data", "pj_ax_1_data"),
    "spectrum, 200 bins": ("histogram",),
    "assemble image": ("img",),
}


def case_of(text: str) -> bench.Case:
    return next(case for case in bench.CASES if case.text == text)


def both(case: bench.Case) -> tuple[dict[str, Any], Any]:
    """Values of the feature by the ends of their names, and what plain numpy makes of the same frames."""
    view = bench._view(SHAPE)
    frames = bench._frames(SHAPE, case.photons, case.threshold)[0]
    trouble = Trouble()
    branch = grown(FeatureSettings.model_validate(case.feature), view)
    found = {part.field.name: part.values for part in branch.run(frames, context_of(len(frames)), trouble)}
    assert not trouble.counts
    assert case.twin is not None
    return found, case.twin(view)(frames)


def ending(found: dict[str, Any], end: str) -> NDArray[Any]:
    (values,) = (values for name, values in found.items() if name.endswith(f"_{end}"))
    return np.asarray(values)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "SUBJECTS", {"small": SHAPE})
    monkeypatch.setattr(bench, "BATCH_BYTES", 1)
    monkeypatch.setattr(bench, "BEYOND_CACHE", 1)
    monkeypatch.setattr(bench, "SHORTEST_S", 0.0)


@pytest.mark.usefixtures("small")
def test_every_line_of_the_table_can_be_measured() -> None:
    lines = bench.bench_features()
    kinds = {name for name, _ in FEATURES.items()}
    known = [case for case in bench.CASES if bench._kinds(case.feature) <= kinds]
    assert len(known) >= 12
    assert [line.feature for line in lines] == [case.text for case in known]
    assert all(line.ms > 0 for line in lines)
    assert all((line.plain_ms is None) == (case.twin is None) for line, case in zip(lines, known, strict=True))


@pytest.mark.usefixtures("small")
def test_lines_are_chosen_by_parts_of_their_names() -> None:
    assert [line.feature for line in bench.bench_features(["AZAV"], plain=False)] == ["azav 1 phi", "azav 11 phi"]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("text", COMPARED)
def test_plain_numpy_gives_the_same_numbers(text: str) -> None:
    found, plain = both(case_of(text))
    for number, end in enumerate(COMPARED[text]):
        expected = [event[number] for event in plain] if len(COMPARED[text]) > 1 else plain
        actual = ending(found, end)
        np.testing.assert_allclose(np.nan_to_num(actual), np.nan_to_num(np.asarray(expected)), rtol=1e-5, atol=1e-3, err_msg=end)


@pytest.mark.usefixtures("small")
def test_plain_numpy_finds_as_many_bright_pixels() -> None:
    found, plain = both(case_of("sparsify, 0.1 % not 0"))
    lengths = {values.lengths.tolist()[0] for values in found.values() if isinstance(values, Ragged)}
    assert lengths == {len(plain[0][-1])}


@pytest.mark.usefixtures("small")
def test_plain_numpy_finds_as_many_droplets() -> None:
    found, plain = both(case_of("droplets, 1e-3"))
    count = sum(len(tile) for tile in plain[0][::3])
    assert ending(found, "nDroplets_all").tolist() == [count]
