"""A listening source and the replay that feeds it, through memory twins."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import Unusable
from monitor.net.memory import MemoryDealer, MemoryRouter
from monitor.reader.block import Block, EventBlock, GapBlock, TransitionBlock
from monitor.reader.faults import Faults
from monitor.reader.recorded import events_of
from monitor.reader.replay import Player
from monitor.reader.sources.files import FileSource
from monitor.reader.sources.listen import ListenSource
from monitor.settings import Settings
from monitor.wire.datagrams import Datagrams, datagrams_message
from monitor.wire.message import Message, Part, decode, encode
from monitor.xtc.filename import runs_of

pytestmark = pytest.mark.processes


@pytest.fixture
def paths(golden_dir: Path) -> list[Path]:
    return [golden_dir / "xtc" / f"e81-r0098-s0{stream}-c00.xtc" for stream in (0, 1)]


def source() -> tuple[ListenSource, MemoryRouter, MemoryDealer]:
    router = MemoryRouter(hwm=100_000)
    return ListenSource("memory", Settings(), router=router, clock=lambda: 0.0), router, router.dealer("replay")


def drained(listening: ListenSource) -> list[Block]:
    blocks: list[Block] = []
    while found := listening.read(50):
        blocks += found
    return blocks


def story(blocks: list[Block]) -> list[object]:
    """What is told, however it is cut into blocks: transitions, and events one by one."""
    told: list[object] = []
    for block in blocks:
        if isinstance(block, TransitionBlock):
            told.append((int(block.service), block.run, block.step, block.seconds, block.nanoseconds))
        elif isinstance(block, EventBlock):
            told += [tuple(event.tolist()) for event in block.events]
        else:
            told.append(block.count)
    return told


def test_what_is_heard_is_what_the_files_hold(paths: list[Path]) -> None:
    listening, _, dealer = source()
    player = Player(dealer, 0.0)
    for run in runs_of(paths):
        player.play(run, lambda done: None, lambda: False)
    player.end(final=True)
    recorded = FileSource(paths, Settings())
    expected: list[Block] = []
    while found := recorded.read(1000):
        expected += found
    recorded.close()
    assert story(drained(listening)) == story(expected)
    assert listening.finished


def test_two_replays_of_a_run_are_two_runs(paths: list[Path]) -> None:
    listening, _, dealer = source()
    for final in (False, True):
        player = Player(dealer, 0.0)
        player.play(runs_of(paths)[0], lambda done: None, lambda: False)
        player.end(final=final)
    blocks = drained(listening)
    assert sum(block.count for block in blocks if isinstance(block, EventBlock)) == 240
    versions = [block.state.version for block in blocks]
    assert versions == sorted(versions)


def test_what_got_lost_on_the_way_is_counted_in_its_place(paths: list[Path]) -> None:
    listening, router, dealer = source()
    player = Player(dealer, 0.0)
    player.play(runs_of(paths)[0], lambda done: None, lambda: False)
    player.end(final=True)
    kept = list(router.inbox)
    router.inbox.clear()
    # Of the 120 events the 31st to 35th never arrive; transitions come first, one message per stream.
    n_events = 0
    for peer, parts in kept:
        is_event = b"\xa6events\x01" in parts[1]
        n_events += is_event
        if not (is_event and 31 <= n_events <= 35):
            router.inbox.append((peer, parts))
    blocks = drained(listening)
    events = [block.count for block in blocks if isinstance(block, EventBlock | GapBlock)]
    gaps = [i for i, block in enumerate(blocks) if isinstance(block, GapBlock)]
    assert sum(events) == 120
    assert len(gaps) == 1
    assert blocks[gaps[0]].count == 5  # type: ignore[union-attr]
    # One event may wait for the other stream while the gap is found.
    assert sum(block.count for block in blocks[: gaps[0]] if isinstance(block, EventBlock)) in (29, 30)
    assert listening.counts["lost on the way from the source"] == 5


def test_broken_messages_are_counted_and_the_event_in_them_is_lost() -> None:
    listening, _, dealer = source()
    dealer.send(Message("datagrams", {"run": "x"}))
    dealer.send(Message("what", {}))
    rubbish = Datagrams(
        experiment="e", run=1, stream=0, streams=(0,), n=0, events=1, sent=0.0, bytes=np.arange(50, dtype=np.uint8)
    )
    dealer.send(datagrams_message(rubbish))
    assert story(drained(listening)) == [1]
    assert listening.counts["broken messages from the source"] == 2
    assert listening.counts["broken datagrams from the source"] == 1
    assert not listening.finished


@pytest.mark.parametrize("seed", range(4))
def test_late_and_repeated_events_are_counted_and_become_no_events_of_their_own(paths: list[Path], seed: int) -> None:
    listening, _, dealer = source()
    faults = Faults(drop=0.05, delay=0.1, duplicate=0.2, seed=seed)
    player = Player(dealer, 0.0, faults)
    player.play(runs_of(paths)[0], lambda done: None, lambda: False)
    player.end(final=True)
    blocks = drained(listening)
    times = [tuple(event.tolist())[:2] for block in blocks if isinstance(block, EventBlock) for event in block.events]
    gaps = sum(block.count for block in blocks if isinstance(block, GapBlock))
    assert min(faults.dropped, faults.delayed, faults.duplicated) > 0
    assert times == sorted(set(times))
    assert len(times) + gaps == 120
    # The last events of the run have nobody who could overtake them.
    assert faults.dropped <= gaps <= faults.dropped + faults.delayed
    # Each event of this run is one datagram, in one of its two streams.
    assert listening.counts["twice from the source"] == faults.duplicated
    assert listening.counts["late from the source"] == gaps - faults.dropped


def test_an_event_of_which_nothing_can_be_read_leaves_a_gap(paths: list[Path]) -> None:
    listening, router, dealer = source()
    player = Player(dealer, 0.0)
    player.play(runs_of(paths)[0], lambda done: None, lambda: False)
    player.end(final=True)
    events = [i for i, (_, parts) in enumerate(router.inbox) if decode(parts).header.get("events")]
    peer, parts = router.inbox[events[40]]
    message = decode(parts)
    broken = replace(message, arrays={"bytes": np.full(50, 0xFF, np.uint8)})
    router.inbox[events[40]] = (peer, [bytes(part) for part in encode(broken)])
    blocks = drained(listening)
    assert sum(block.count for block in blocks if isinstance(block, EventBlock)) == 119
    assert sum(block.count for block in blocks if isinstance(block, GapBlock)) == 1


class SlowReader(MemoryDealer):
    """Makes room only for who waits for it; keeps what it took."""

    def send(self, message: Message, timeout_s: float = 0.0) -> bool:
        if timeout_s and len(self.router.inbox) >= self.router.hwm:
            taken.extend(self.router.inbox)
            self.router.inbox.clear()
        return super().send(message, timeout_s)


taken: list[tuple[bytes, list[Part]]] = []


def test_a_replay_drops_whole_events_when_the_socket_is_full_and_never_a_transition(paths: list[Path]) -> None:
    taken.clear()
    router = MemoryRouter(hwm=20)
    player = Player(SlowReader(router, b"replay", router.dealer("replay").inbox), 0.0)
    player.play(runs_of(paths)[0], lambda done: None, lambda: False)
    played = player.end(final=True)
    headers = [decode(parts).header for _, parts in [*taken, *router.inbox]]
    assert played.events == 120
    assert played.dropped == 120 - sum(header.get("events", 0) for header in headers) > 0
    # Both streams have Configure, BeginRun, EndRun and, in each of five steps, BeginCalibCycle, Enable, Disable, EndCalibCycle.
    assert sum(header.get("events") == 0 for header in headers) == 2 * (3 + 5 * 4)


def test_a_service_that_takes_nothing_ends_the_replay_with_a_sentence(paths: list[Path]) -> None:
    router = MemoryRouter(hwm=0)
    with pytest.raises(Unusable, match="taken nothing"):
        Player(router.dealer("replay"), 0.0).play(runs_of(paths)[0], lambda done: None, lambda: False)


def test_events_of_all_streams_come_in_the_order_in_which_they_were_taken(paths: list[Path]) -> None:
    events = list(events_of(runs_of(paths)[0]))
    fiducials = [event[0].fiducials for event in events if event[0].service == 12]
    assert len(fiducials) == 120
    assert fiducials == sorted(fiducials)
    assert {len(event) for event in events if event[0].service != 12} == {2}
