"""Memory of frames is used again, and never while somebody looks at it."""

import gc

import numpy as np

from workers.frame_memory import KEPT_BYTES, SMALLEST, FrameMemory

SHAPE = (2, SMALLEST // 4)


def place(array: np.ndarray) -> int:
    return int(array.__array_interface__["data"][0])


def test_memory_that_nobody_looks_at_is_used_again() -> None:
    memory = FrameMemory()
    first = place(memory.empty(SHAPE))
    assert place(memory.empty(SHAPE)) == first
    assert place(memory.empty((1, SMALLEST // 4))) == first, "a smaller one fits too"


def test_memory_is_not_used_again_while_a_view_of_it_lives() -> None:
    memory = FrameMemory()
    frames = memory.empty(SHAPE)
    for look in (frames[1], frames.reshape(-1)[3:5], memoryview(frames[:1, :4]), np.asarray(frames[0]).view(np.uint8)):
        frames = memory.empty(SHAPE)
        assert not np.shares_memory(np.asarray(look).view(np.uint8), frames)
        del look
    gc.collect()


def test_what_somebody_holds_keeps_its_values_whatever_comes_after() -> None:
    memory = FrameMemory()
    held = []
    for number in range(6):
        frames = memory.empty(SHAPE)
        frames[:] = number
        held.append(frames[number % 2, number : number + 9])
        del frames
    assert [set(values.tolist()) for values in held] == [{float(number)} for number in range(6)]


def test_blocks_that_are_too_small_are_given_back_and_no_more_is_kept_than_allowed() -> None:
    memory = FrameMemory()
    memory.empty(SHAPE)
    memory.empty((3, SMALLEST // 4))
    assert [block.size for block in memory._blocks] == [3 * SMALLEST // 4]
    held = [memory.empty((KEPT_BYTES // 8,)) for _ in range(3)]
    assert sum(block.nbytes for block in memory._blocks) <= KEPT_BYTES
    assert len({place(array) for array in held}) == 3
