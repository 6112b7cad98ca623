"""What the workers used is told as of the newest version, with the places of the pixels."""

import numpy as np

from monitor.aggregator.desk.desk import Asker, Desk
from monitor.aggregator.used import Used
from monitor.model.column import Column
from monitor.model.field import Field
from monitor.model.rows import Rows
from monitor.wire.message import Message
from monitor.wire.rows import Frame, Reduced

MASK = np.array([[[1, 0]], [[1, 1]]], np.uint8)
INDEX = np.array([[2, 3, 0, 1]], np.int32)


def reduced(version: int, *, bad: int = 0, rough: bool = False, index: bool = True) -> Reduced:
    """Rows of one event, with all that a worker tells of a detector of two panels."""
    mask = MASK.copy()
    mask[1, 0, 1] = 1 - bad
    column = Column(Field(name="pipeline_version", dtype=np.dtype(np.int64)), np.array([version]))
    frame = Frame(image=np.zeros((1, 4), np.float32), seq=0, rough=rough, index=INDEX if index else None)
    return Reduced(
        rows=Rows(first=0, count=1, columns={"pipeline_version": column}),
        experiment="e", run=7, step=0, epoch=0, lease=0, worker="w", created=0.0, received=0.0, finished=0.0,
        frames={"d": frame}, config={"d/mask": mask, "d/imgShape": np.array([1, 4])},
    )  # fmt: skip


def test_a_detector_is_told_with_mask_and_places() -> None:
    answer = Used().after(reduced(3, rough=True)).detector("d")

    assert answer is not None
    assert answer.header == {"detector": "d", "run": 7, "version": 3, "shape": [2, 1, 2], "rough": True}
    np.testing.assert_array_equal(answer.arrays["mask"], MASK)
    np.testing.assert_array_equal(answer.arrays["index"], INDEX)


def test_a_late_word_of_an_older_version_changes_nothing() -> None:
    answer = Used().after(reduced(3, bad=1)).after(reduced(2, index=False)).detector("d")

    assert answer is not None
    assert answer.header["version"] == 3
    assert int((answer.arrays["mask"] == 0).sum()) == 2


def test_rows_that_tell_nothing_new_cost_nothing() -> None:
    used = Used().after(reduced(3))
    plain = reduced(3, index=False)

    assert used.after(plain.part(0, 1)) is used


def test_a_client_asks_for_names_and_for_one() -> None:
    desk = Desk(10, 1)
    desk.used = Used().after(reduced(1))

    names = desk.answer(Message("detector", {"detector": "", "request": 1}), Asker(), 0.0)
    one = desk.answer(Message("detector", {"detector": "d", "request": 2}), Asker(), 0.0)

    assert names is not None
    assert names.header["detectors"] == ["d"]
    assert one is not None
    assert one.header["shape"] == [2, 1, 2]
    assert desk.frames_wanted(1.0)
