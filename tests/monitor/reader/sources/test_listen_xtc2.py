"""XTC2 files replayed to a listening source, through memory twins: the same story as the files themselves tell."""

from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.net.memory import MemoryDealer, MemoryRouter
from monitor.reader.block import Block, EventBlock, GapBlock, TransitionBlock
from monitor.reader.faults import Faults
from monitor.reader.replay import Player
from monitor.reader.sources.listen import ListenSource
from monitor.reader.sources.xtc2_files import Xtc2FileSource, runs_of
from monitor.settings import Settings
from monitor.xtc2.header import Transition
from tests.support.xtc2_bytes import at, stream

EVENTS = 40


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """Two streams, of which the second has an event in four."""
    whole = stream(EVENTS)
    slow = [at(Transition(service), tick) for service, tick in ((2, 1), (4, 2), (6, 3), (8, 4), (10, 5))]
    slow += [at(Transition.L1ACCEPT, 10 + i) for i in range(0, EVENTS, 4)]
    found = [tmp_path / f"synth0001-r0007-s{number:03d}-c000.xtc2" for number in range(2)]
    for path, datagrams in zip(found, (whole, [*slow, *whole[-3:]]), strict=True):
        path.write_bytes(b"".join(datagrams))
    return found


def source() -> tuple[ListenSource, MemoryDealer]:
    router = MemoryRouter(hwm=100_000)
    return ListenSource("memory", Settings(), router=router, clock=lambda: 0.0), router.dealer("replay")


def play(paths: list[Path], dealer: MemoryDealer, faults: Faults | None = None) -> Player:
    player = Player(dealer, 0.0, faults)
    for run in runs_of(paths):
        player.play(run, lambda done: None, lambda: False)
    player.end(final=True)
    return player


def drained(listening: ListenSource | Xtc2FileSource) -> list[Block]:
    blocks: list[Block] = []
    while found := listening.read(7):
        blocks += found
    return blocks


def story(blocks: list[Block]) -> list[object]:
    """Transitions and events one by one, with the bytes of the latter counted."""
    told: list[object] = []
    for block in blocks:
        if isinstance(block, TransitionBlock):
            told.append((int(block.service), block.run, block.step, block.seconds, block.nanoseconds))
        elif isinstance(block, EventBlock):
            for number, event in enumerate(block.events):
                told.append((*event.tolist(), int(block.pieces["length"][block.pieces["event"] == number].sum())))
    return told


def test_what_is_heard_is_what_the_files_hold(paths: list[Path]) -> None:
    listening, dealer = source()
    assert play(paths, dealer).events == EVENTS
    assert story(drained(listening)) == story(drained(Xtc2FileSource(paths)))
    assert listening.finished
    assert not listening.counts


def test_an_event_is_handed_out_as_soon_as_the_next_one_comes(paths: list[Path]) -> None:
    listening, dealer = source()
    player, seen = Player(dealer, 0.0), list[int]()

    def stopped() -> bool:
        seen.append(sum(block.count for block in drained(listening) if isinstance(block, EventBlock)))
        return False

    player.play(runs_of(paths)[0], lambda done: None, stopped)
    # An event in which all streams take part need not wait for the next one.
    assert max(seen) <= 2
    assert sum(seen) >= EVENTS - 1


def test_dropped_events_are_gaps_in_their_place(paths: list[Path]) -> None:
    listening, dealer = source()
    player = play(paths, dealer, Faults(drop=0.3, seed=3))
    blocks = drained(listening)
    gaps = sum(block.count for block in blocks if isinstance(block, GapBlock))
    assert gaps == player.dropped > 0
    assert sum(block.count for block in blocks if isinstance(block, EventBlock)) == EVENTS - gaps


def test_small_data_cannot_be_replayed(paths: list[Path]) -> None:
    small = paths[0].with_name("synth0001-r0007-s000-c000.smd.xtc2")
    small.write_bytes(paths[0].read_bytes())
    with pytest.raises(ConfigError, match="give the big files"):
        play([small], source()[1])
