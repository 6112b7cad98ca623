"""Sums put together, and trouble kept in bounds."""

import numpy as np

from monitor.aggregator.sums import SumMerger
from monitor.aggregator.trouble import KINDS, OTHER, Trouble
from monitor.model.sums import SumState


def mean(*values: float, count: int = 1, kind: str = "mean_image") -> SumState:
    return SumState(kind, count, {"total": np.array(values)})


def test_sums_are_merged_by_name() -> None:
    merged = SumMerger(Trouble())({"a": mean(1.0), "b": mean(2.0)}, {"b": mean(3.0, count=4), "c": mean(5.0)})
    assert {name: (state.arrays["total"].tolist(), state.count) for name, state in merged.items()} == {
        "a": ([1.0], 1),
        "b": ([5.0], 5),
        "c": ([5.0], 1),
    }


def test_a_sum_that_does_not_fit_is_left_out_and_named_with_its_events() -> None:
    trouble = Trouble()
    merged = SumMerger(trouble)({"a": mean(1.0), "b": mean(1.0)}, {"a": mean(1.0, 2.0, count=7), "b": mean(1.0)})
    assert (merged["a"].count, merged["b"].count) == (1, 2)
    assert [(text.startswith("events left out of the sum a"), n) for text, n in trouble.counts.items()] == [(True, 7)]


def test_a_statistic_nobody_knows_is_left_out_and_named() -> None:
    trouble = Trouble()
    unknown = mean(1.0, kind="unheard_of")
    assert SumMerger(trouble)({"a": unknown}, {"a": unknown})["a"].count == 1
    assert "unheard_of" in next(iter(trouble.counts))


def test_a_flood_of_different_texts_counts_together() -> None:
    trouble = Trouble()
    for n in range(KINDS + 100):
        trouble.add(f"text {n}")
    trouble.add("text 3", 5)
    assert len(trouble.counts) == KINDS + 1
    assert (trouble.counts["text 3"], trouble.counts[OTHER]) == (6, 100)
