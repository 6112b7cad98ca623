"""Plays recorded files over a socket as a live source would: on a schedule, and never slowed by who listens."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import Unusable
from monitor.net.socket import Dealer, ZmqDealer
from monitor.reader.faults import Faults
from monitor.reader.pace import Pace
from monitor.reader.recorded import Datagram, events_of
from monitor.reader.sources.xtc2_files import RunFiles as RunFilesXtc2
from monitor.reader.sources.xtc2_files import runs_of as runs_of_xtc2
from monitor.reader.xtc2.recorded import events_of as events_of_xtc2
from monitor.wire.datagrams import Datagrams, Ready, ReplayEnd, ReplayHello, datagrams_message
from monitor.wire.message import Message
from monitor.wire.note import to_message
from monitor.xtc.filename import RunFiles, runs_of
from monitor.xtc.header import Transition
from monitor.xtc2.mapped import is_xtc2_file

AnyRun = RunFiles | RunFilesXtc2

QUEUE = 16
"""Events that may wait in the socket before further ones are dropped."""

TRANSITION_TIMEOUT_S = 30.0
"""Transitions carry what all later events need; for them the replay waits."""

LINGER_S = 5.0


@dataclass(frozen=True, slots=True)
class Played:
    """What a replay did: events due, events dropped because the socket was full, seconds it took, events per second."""

    events: int
    dropped: int
    seconds: float

    @property
    def rate(self) -> float:
        """Events per second."""
        return self.events / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """Event ``number``, to be sent behind event ``after``; ``again``: it was sent before."""

    after: int
    run: AnyRun
    event: list[Datagram]
    number: int
    again: bool = False


def replay(
    paths: list[Path],
    address: str,
    *,
    rate: float,
    final: bool = True,
    wait_s: float = 60.0,
    progress: Callable[[int], None] = lambda events: None,
    stopped: Callable[[], bool] = lambda: False,
    faults: Faults | None = None,
) -> Played:
    """Play files to a service that listens at an address.

    Parameters
    ----------
    paths
        XTC files of one or more runs, in any order.
    address
        Where the service listens.
    rate
        Events per second; 0 = as fast as the socket takes them.
    final
        Tell the service that nothing else will come.
    wait_s
        How long to wait for the service to be ready.
    progress
        Told the number of events so far, now and then.
    stopped
        Asked before each event; true ends the replay as if the files ended there.
    faults
        What is to go wrong on the way.

    Raises
    ------
    Unusable
        If nobody listens there, or a file cannot be read.
    """
    dealer = ZmqDealer(address, hwm=QUEUE)
    try:
        player = Player(dealer, rate, faults)
        player.await_ready(address, wait_s)
        runs = runs_of_xtc2(paths) if any(map(is_xtc2_file, paths)) else runs_of(paths)
        for run in runs:
            player.play(run, progress, stopped)
        return player.end(final=final)
    finally:
        dealer.close(linger_s=LINGER_S)


class Player:
    """Sends runs through a dealer, event by event.

    Parameters
    ----------
    dealer
        Connected to the listening service.
    rate
        Events per second; 0 = as fast as they go.
    faults
        What is to go wrong on the way.
    """

    def __init__(self, dealer: Dealer, rate: float, faults: Faults | None = None) -> None:
        self._dealer = dealer
        self._faults = faults or Faults()
        self._pace = Pace(rate)
        self._begun: float | None = None
        self._held: list[_Held] = []
        self.events = 0
        self.dropped = 0

    def await_ready(self, address: str, wait_s: float) -> None:
        """Wait until the service takes events.

        Raises
        ------
        Unusable
            If it does not within ``wait_s``.
        """
        end = time.monotonic() + wait_s
        self._dealer.send(to_message(ReplayHello()))
        while time.monotonic() < end:
            message = self._dealer.receive(timeout_s=0.2)
            if message is not None and message.kind == Ready.KIND:
                return
        raise Unusable(f"no service takes events at {address}; start one with [source] listen = {address!r}")

    def play(self, run: AnyRun, progress: Callable[[int], None], stopped: Callable[[], bool]) -> None:
        """Send one run."""
        for event in events_of_xtc2(run) if isinstance(run, RunFilesXtc2) else events_of(run):
            if stopped():
                break
            if event[0].service != Transition.L1ACCEPT:
                self._send(run, event, self.events)
                continue
            self._await_turn()
            self._play_event(run, event)
            self.events += 1
            if self.events % 16 == 0:
                progress(self.events)
        self._send_held(everything=True)

    def end(self, *, final: bool) -> Played:
        """Say that it is over."""
        seconds = 0.0 if self._begun is None else time.monotonic() - self._begun
        self._must_send(to_message(ReplayEnd(n=self.events, dropped=self.dropped, final=final)))
        return Played(self.events, self.dropped, seconds)

    def _await_turn(self) -> None:
        """Wait until the next event is due."""
        now = time.monotonic()
        self._begun = now if self._begun is None else self._begun
        while self._pace.due(now) == 0:
            time.sleep(self._pace.wait_s(now))
            now = time.monotonic()
        self._pace.release(1)

    def _play_event(self, run: AnyRun, event: list[Datagram]) -> None:
        """Send an event that is due, or let happen to it what chance wants."""
        if self._faults.drops():
            self.dropped += 1
        elif after := self._faults.overtaken():
            self._held.append(_Held(self.events + after, run, event, self.events))
        else:
            self.dropped += not self._send(run, event, self.events)
            again = self._faults.again_after()
            if again is not None:
                self._held.append(_Held(self.events + again, run, event, self.events, again=True))
        self._send_held()

    def _send_held(self, *, everything: bool = False) -> None:
        """Send the events of which it was decided that they come late or twice, as far as they are due."""
        due = [held for held in self._held if everything or held.after <= self.events]
        self._held = [held for held in self._held if held not in due]
        for held in due:
            sent = self._send(held.run, held.event, held.number)
            self.dropped += not sent and not held.again

    def _send(self, run: AnyRun, event: list[Datagram], number: int) -> bool:
        """Send all datagrams of event ``number``, or of a transition before it; False if there was no room for the first."""
        streams = tuple(sorted(run.streams))
        is_event = event[0].service == Transition.L1ACCEPT
        for i, datagram in enumerate(event):
            message = datagrams_message(
                Datagrams(
                    experiment=run.experiment,
                    run=-1 if run.run is None else run.run,
                    stream=datagram.stream,
                    streams=streams,
                    n=number + (1 if is_event and i else 0),
                    events=int(is_event and i == 0),
                    sent=time.time(),
                    bytes=self._faults.applied(datagram.data) if is_event else datagram.data,
                )
            )
            if not is_event or i:
                self._must_send(message)
            elif not self._dealer.send(message):
                return False
        return True

    def _must_send(self, message: Message) -> None:
        """Send something that must not be missing, waiting for room.

        Raises
        ------
        Unusable
            If there is none for a long time.
        """
        if not self._dealer.send(message, timeout_s=TRANSITION_TIMEOUT_S):
            raise Unusable(f"the service has taken nothing for {TRANSITION_TIMEOUT_S:.0f} s; see what it says with xtcmon status")
