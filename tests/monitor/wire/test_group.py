"""Groups on the wire."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.errors import ProtocolError
from monitor.model.sums import SumState
from monitor.wire.group import Cover, Group, group_message, group_of
from monitor.wire.message import decode, encode

GROUP = Group(
    epoch=4,
    run=98,
    worker="w1",
    covers=(Cover(7, 0, 3), Cover(9, 5, 6)),
    sums={
        "cspad_calib": SumState("mean_image", 4, {"total": np.arange(6.0).reshape(2, 3)}),
        "a/b": SumState("mean_image", 0, {}),
    },
)


def test_a_group_arrives_as_it_was_sent() -> None:
    got = group_of(decode([bytes(part) for part in encode(group_message(GROUP))]))
    assert (got.epoch, got.run, got.worker, got.covers) == (4, 98, "w1", GROUP.covers)
    assert got.sums["cspad_calib"].count == 4
    np.testing.assert_array_equal(got.sums["cspad_calib"].arrays["total"], [[0, 1, 2], [3, 4, 5]])
    assert got.sums["a/b"] == SumState("mean_image", 0, {})


def test_an_empty_group_says_that_its_batches_are_complete() -> None:
    got = group_of(decode([bytes(part) for part in encode(group_message(replace(GROUP, sums={})))]))
    assert got.covers == GROUP.covers
    assert got.sums == {}


@pytest.mark.parametrize(
    "covers", [[[1, 0, 3], [2, 2, 4]], [[1, 3, 2]], [[1, 0]], [[1, 0, "3"]], [[-1, 0, 3]], "no list", [[True, 0, 3]]]
)
def test_impossible_batches_are_refused(covers: object) -> None:
    message = group_message(GROUP)
    with pytest.raises(ProtocolError):
        group_of(replace(message, header={**message.header, "covers": covers}))


def test_an_array_of_no_statistic_is_refused() -> None:
    message = group_message(GROUP)
    with pytest.raises(ProtocolError, match="belongs to no statistic"):
        group_of(replace(message, arrays={**message.arrays, "s/other/total": np.zeros(1)}))
