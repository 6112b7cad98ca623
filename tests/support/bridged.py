"""A bridge at work beside a real client of the other tool."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from monitor.aggregator.dialect import DIALECTS, FOLDER, Speaker
from monitor.plugins import load_folder
from monitor.settings import Bridge
from monitor.wire.message import Message

load_folder(FOLDER)


class Bridged:
    """One bridge, whose clients are heard by a thread; ``tell`` lets it hear messages."""

    def __init__(self, speaker: Speaker) -> None:
        self.speaker = speaker
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    @property
    def address(self) -> str:
        return str(self.report()["address"])

    def tell(self, *messages: Message) -> None:
        with self._lock:
            for message in messages:
                self.speaker.take(message)

    def report(self) -> dict[str, Any]:
        with self._lock:
            self.speaker.serve()
            return self.speaker.report()

    def wait_for_clients(self, count: int = 1) -> None:
        for _ in range(1000):
            if self.report()["clients"] >= count:
                return
            self._stop.wait(0.005)
        raise AssertionError(f"only {self.report()['clients']} clients came")

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self.speaker.close()

    def _run(self) -> None:
        while not self._stop.wait(0.002):
            with self._lock:
                self.speaker.serve()


@contextmanager
def bridged(kind: str, **settings: Any) -> Iterator[Bridged]:
    given = {"kind": kind, "address": "tcp://127.0.0.1:0", **settings}
    running = Bridged(DIALECTS.get(kind).open(Bridge.model_validate(given)))
    try:
        yield running
    finally:
        running.close()
