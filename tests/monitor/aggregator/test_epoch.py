"""An epoch is complete when each event has a row or is lost, and is covered by exactly one group or lost."""

import numpy as np
import pytest

from monitor.aggregator.epoch import Epochs
from monitor.errors import ProtocolError
from monitor.model.sums import SumState
from monitor.running import merge_sums
from monitor.wire.aggregator_note import Epoch
from monitor.wire.group import Cover, Group
from tests.support.some_rows import some_reduced


def group(*covers: tuple[int, int], epoch: int = 1, total: float = 1.0) -> Group:
    state = SumState("mean_image", 1, {"total": np.array([total])})
    return Group(epoch=epoch, run=98, worker="w", covers=tuple(Cover(9, *cover) for cover in covers), sums={"s": state})


def epochs(first: int = 0, stop: int = 10) -> Epochs:
    held = Epochs(merge_sums)
    held.close(Epoch(epoch=1, run=98, first=first, stop=stop))
    return held


def batches(refused: list[object]) -> list[tuple[int, int]]:
    return [pair for note in refused for pair in note.batches]  # type: ignore[attr-defined]


def test_an_epoch_is_complete_only_with_rows_and_groups_of_all_events() -> None:
    held = epochs()
    held.add_rows(some_reduced(0, 6))
    held.add_rows(some_reduced(6, 10))
    assert held.completed() == []
    assert held.add_group(group((0, 6), total=5.0)) == []
    assert held.completed() == []
    assert held.add_group(group((6, 10), total=2.0)) == []
    (complete,) = held.completed()
    assert [(rows.first, rows.stop) for rows in complete.rows] == [(0, 6), (6, 10)]
    assert complete.sums["s"].arrays["total"].tolist() == [7.0]
    assert complete.sums["s"].count == 2


def test_a_group_that_overlaps_is_refused_entirely_and_only_the_rest_is_done_again() -> None:
    held = epochs()
    held.add_rows(some_reduced(0, 10))
    held.add_group(group((0, 4), total=1.0))
    assert batches(held.add_group(group((2, 4), (4, 7), (7, 9), total=100.0))) == [(4, 7), (7, 9)]
    assert held.add_group(group((4, 10), total=2.0)) == []
    assert held.completed()[0].sums["s"].arrays["total"].tolist() == [3.0]


def test_a_group_of_which_all_is_covered_needs_nothing_again() -> None:
    held = epochs()
    held.add_rows(some_reduced(0, 10))
    held.add_group(group((0, 10)))
    assert held.add_group(group((3, 5))) == []
    assert held.refusals == 1


def test_a_group_whose_rows_never_came_is_refused() -> None:
    held = epochs()
    held.add_rows(some_reduced(0, 5))
    assert batches(held.add_group(group((0, 5), (5, 10)))) == [(0, 5), (5, 10)]


def test_a_group_that_reaches_out_of_its_epoch_is_refused() -> None:
    held = epochs(0, 10)
    held.add_rows(some_reduced(0, 12))
    assert batches(held.add_group(group((8, 12)))) == [(8, 12)]


def test_a_group_may_come_before_its_epoch_is_closed() -> None:
    held = Epochs(merge_sums)
    held.add_rows(some_reduced(0, 10))
    assert held.add_group(group((0, 10))) == []
    assert held.completed() == []
    held.close(Epoch(epoch=1, run=98, first=0, stop=10))
    assert len(held.completed()) == 1


def test_an_epoch_waits_for_the_one_before_it() -> None:
    held = epochs(0, 5)
    held.close(Epoch(epoch=2, run=98, first=5, stop=10))
    held.add_rows(some_reduced(0, 10))
    held.add_group(group((5, 10), epoch=2))
    assert held.completed() == []
    held.add_group(group((0, 5), epoch=1))
    assert [complete.epoch.epoch for complete in held.completed()] == [1, 2]


def test_the_first_row_of_an_event_counts() -> None:
    held = epochs()
    held.add_rows(some_reduced(0, 6, worker="first"))
    assert [part.rows.first for part in held.add_rows(some_reduced(4, 8, worker="second"))] == [6]
    assert held.duplicates == 2


def test_lost_events_need_neither_row_nor_group() -> None:
    held = epochs()
    held.add_rows(some_reduced(0, 6))
    held.add_group(group((0, 6)))
    assert held.lose(6, 10, "no credit") == [(6, 10)]
    (complete,) = held.completed()
    assert [(absence.first, absence.stop, absence.why) for absence in complete.lost] == [(6, 10, "no credit")]


def test_a_batch_that_is_lost_after_its_rows_came_has_no_row_and_no_sum() -> None:
    held = epochs()
    held.add_rows(some_reduced(0, 10))
    held.lose(3, 6, "quarantined")
    assert batches(held.add_group(group((0, 3), (3, 6)))) == [(0, 3)]
    held.add_group(group((0, 3), (6, 10)))
    (complete,) = held.completed()
    assert [(rows.first, rows.stop) for rows in complete.rows] == [(0, 3), (6, 10)]


def test_what_a_group_covers_cannot_be_lost_any_more() -> None:
    held = epochs()
    held.add_rows(some_reduced(0, 10))
    held.add_group(group((0, 5)))
    assert held.lose(3, 8, "quarantined") == [(5, 8)]


def test_a_loss_over_two_epochs_counts_in_each() -> None:
    held = epochs(0, 5)
    held.close(Epoch(epoch=2, run=98, first=5, stop=10))
    held.lose(0, 10, "source")
    assert [[(a.first, a.stop) for a in complete.lost] for complete in held.completed()] == [[(0, 5)], [(5, 10)]]


def test_rows_of_settled_events_are_duplicates() -> None:
    held = epochs()
    held.lose(0, 10, "source")
    held.completed()
    assert held.add_rows(some_reduced(2, 12))[0].rows.first == 10
    assert held.duplicates == 8


def test_epochs_that_overlap_break_the_rules() -> None:
    held = epochs(0, 10)
    held.close(Epoch(epoch=1, run=98, first=0, stop=10))
    with pytest.raises(ProtocolError, match="overlaps"):
        held.close(Epoch(epoch=2, run=98, first=9, stop=12))
