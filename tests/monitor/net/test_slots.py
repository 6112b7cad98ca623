"""Memory that processes share: what is read stays as it is, what is written over is told as gone, and the dead leave nothing."""

import gc
import multiprocessing
import os
import signal
import threading
from dataclasses import replace
from multiprocessing.connection import Connection

import numpy as np
import pytest

from monitor.errors import Unusable
from monitor.net import slots as module
from monitor.net.slots import COUNT, MOST_HELD, PAGE, Mapped, Place, Slots

SIZE = 1000


def filled(number: int) -> np.ndarray:
    return np.full(SIZE, number, np.uint8)


def put(slots: Slots, number: int) -> Place:
    place = slots.put(filled(number))
    assert place is not None
    return place


def test_what_is_written_is_read_where_it_lies() -> None:
    slots = Slots(SIZE)
    place = put(slots, 7)
    data = Mapped(place).read(place)

    assert data is not None
    assert not data.flags.owndata
    assert not data.flags.writeable
    np.testing.assert_array_equal(data[:SIZE], filled(7))


def test_what_is_in_use_is_not_written_over_and_the_rest_is() -> None:
    slots = Slots(SIZE)
    first = put(slots, 1)
    mapped = Mapped(first)
    # A view of a view is a use as well.
    used = np.frombuffer(memoryview(mapped.read(first)), "<u4", 10)[3:5]  # type: ignore[arg-type]

    later = [put(slots, 2 + n) for n in range(3 * COUNT)]

    assert first.slot not in {place.slot for place in later}
    np.testing.assert_array_equal(used, [0x01010101] * 2)
    del used
    gc.collect()
    assert first.slot in {put(slots, 9).slot for _ in range(COUNT)}


def test_what_was_written_over_before_it_was_read_is_gone() -> None:
    slots = Slots(SIZE)
    first = put(slots, 1)
    mapped = Mapped(first)
    places = [put(slots, 2 + n) for n in range(COUNT)]

    assert places[-1].slot == first.slot
    assert mapped.read(first) is None
    assert mapped.read(places[-1]) is not None


def test_when_all_are_in_use_nothing_is_written_and_nobody_waits() -> None:
    slots = Slots(SIZE)
    readers, used = [], []
    for number in range(COUNT):
        place = put(slots, number)
        readers.append(Mapped(place))
        used.append(readers[-1].read(place))

    assert slots.put(filled(99)) is None
    for number, data in enumerate(used):
        assert data is not None
        np.testing.assert_array_equal(data[:SIZE], filled(number))


def test_a_reader_that_keeps_many_takes_copies_and_leaves_room_to_others() -> None:
    slots = Slots(SIZE)
    places = [put(slots, number) for number in range(COUNT)]
    mapped = Mapped(places[0])

    kept = [mapped.read(place) for place in places]

    assert [data is not None and data.flags.owndata for data in kept] == [False] * MOST_HELD + [True] * (COUNT - MOST_HELD)
    assert sum(slots.put(filled(50)) is not None for _ in range(COUNT)) == COUNT
    for number, data in enumerate(kept):
        assert data is not None
        np.testing.assert_array_equal(data[:SIZE], filled(number))


def test_what_was_half_written_when_its_writer_ended_is_worthless(monkeypatch: pytest.MonkeyPatch) -> None:
    slots = Slots(SIZE)
    places = [put(slots, number) for number in range(COUNT)]
    mapped = Mapped(places[0])

    def killed(*given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module.os, "posix_fallocate", killed)
    with pytest.raises(KeyboardInterrupt):
        slots.put(filled(99))

    assert mapped.read(places[0]) is None
    assert mapped.read(places[1]) is not None


@pytest.mark.timeout(60)
def test_no_picture_is_ever_torn_while_one_writes_as_fast_as_it_can() -> None:
    slots = Slots(1 << 20)
    newest: list[Place] = []
    leave = threading.Event()

    def write() -> None:
        number = 0
        while not leave.is_set():
            number = (number + 1) % 250
            place = slots.put(np.full(1 << 20, number, np.uint8))
            if place is not None:
                newest[:] = [place]

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen, mapped, found = 0, None, []
        while seen < 300:
            if not newest:
                continue
            place = newest[0]
            mapped = mapped or Mapped(place)
            data = mapped.read(place)
            if data is not None:
                seen += 1
                found.append(int(data.min()) == int(data.max()))
            del data
        assert all(found)
    finally:
        leave.set()
        writer.join()


@pytest.mark.parametrize("change", [{"key": 5}, {"descriptor": 0}, {"descriptor": 99_999}, {"process": (1 << 22) + 1}])
def test_memory_that_is_another_one_or_not_there_is_refused(change: dict[str, int]) -> None:
    slots = Slots(SIZE)
    with pytest.raises(Unusable):
        Mapped(replace(put(slots, 1), **change))


@pytest.mark.parametrize("head", [(0, 6, PAGE), (1, 0, PAGE), (1, 6, 1 << 40), (1, 6, -PAGE), (1, 1 << 40, 1)])
def test_memory_whose_numbers_cannot_be_is_refused(head: tuple[int, int, int]) -> None:
    slots = Slots(SIZE)
    place = replace(put(slots, 1), key=1)
    slots._head[:3] = head

    with pytest.raises(Unusable, match="not what the message says"):
        Mapped(place)


@pytest.mark.parametrize("slot", [COUNT, 1 << 40])
def test_a_slot_that_is_not_there_has_nothing(slot: int) -> None:
    slots = Slots(SIZE)
    place = put(slots, 1)

    assert Mapped(place).read(replace(place, slot=slot)) is None


def test_a_machine_without_memory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "posix_fallocate", full)
    with pytest.raises(Unusable, match="No space left"):
        Slots(SIZE).put(filled(1))


def test_memory_that_is_let_go_is_closed_everywhere() -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        slots = Slots(SIZE)
        place = put(slots, 1)
        mapped = Mapped(place)
        data = mapped.read(place)
        slots.close()
        del slots, mapped, data
    gc.collect()

    assert len(os.listdir("/proc/self/fd")) == before


def _own(connection: Connection) -> None:
    slots = Slots(SIZE)
    connection.send(slots.put(filled(3)))
    connection.send(slots.put(filled(4)))
    # A writer that is killed while it has the lock of a slot.
    module._locked(slots._descriptor, module.fcntl.F_WRLCK, 1)
    connection.send("locked")
    signal.pause()


@pytest.mark.processes
@pytest.mark.timeout(60)
def test_a_killed_writer_gives_its_locks_back_and_what_is_in_use_stays() -> None:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_own, args=(theirs,), daemon=True)
    process.start()
    try:
        first, second, _ = ours.recv(), ours.recv(), ours.recv()
        mapped = Mapped(first)
        data = mapped.read(first)
        assert data is not None
        assert mapped.read(second) is None

        os.kill(process.pid or 0, signal.SIGKILL)
        process.join(timeout=20)

        np.testing.assert_array_equal(data[:SIZE], filled(3))
        again = mapped.read(second)
        assert again is not None
        np.testing.assert_array_equal(again[:SIZE], filled(4))
        with pytest.raises(Unusable):
            Mapped(first)
    finally:
        process.kill()


def _use(connection: Connection, place: Place) -> None:
    mapped = Mapped(place)
    data = mapped.read(place)
    connection.send(data is not None)
    signal.pause()


@pytest.mark.processes
@pytest.mark.timeout(60)
def test_what_a_killed_reader_used_can_be_written_again() -> None:
    slots = Slots(SIZE)
    place = put(slots, 1)
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_use, args=(theirs, place), daemon=True)
    process.start()
    try:
        assert ours.recv()
        assert place.slot not in {put(slots, 2).slot for _ in range(COUNT)}
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join(timeout=20)
        assert place.slot in {put(slots, 2).slot for _ in range(COUNT)}
    finally:
        process.kill()
