"""What a dialect is: the reduced stream said in another tool's words, by a process that only listens."""

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from monitor.aggregator.bridge import Bridge
from monitor.errors import ConfigError, ProtocolError
from monitor.net.address import check_address
from monitor.net.outlet import OUTLETS, Outlet
from monitor.plugins import Registry, load_folder
from monitor.settings import Bridge as BridgeSettings
from monitor.settings import Section
from monitor.wire.message import Message, Part

FOLDER = "monitor.aggregator.bridges"
ROWS = "rows/events"


class Speaker(Bridge, Protocol):
    """A bridge that clients connect to."""

    name: str
    topics: tuple[str, ...]
    """Beginnings of the topics it wants to hear."""

    @property
    def sockets(self) -> Sequence[Any]:
        """Sockets on which clients say something."""

    def serve(self) -> None:
        """Take what clients said; never waits."""

    def report(self) -> dict[str, Any]:
        """``kind``, ``address``, ``sent``, ``lost``, ``bad``, ``clients``."""


class Translator(Protocol):
    """Turns messages of the stream into messages of another tool; knows no sockets."""

    topics: tuple[str, ...]

    def translate(self, message: Message) -> Iterable[Sequence[Part]]:
        """What to send for this message.

        Raises
        ------
        ProtocolError
            If the message breaks the rules.
        """

    def lost(self) -> None:
        """The last message found nobody who took it."""


class Dialect(Protocol):
    """Opens speakers of one dialect."""

    def check(self, settings: BridgeSettings) -> None:
        """Refuse settings that cannot be meant, without opening anything.

        Raises
        ------
        ConfigError
            Naming the key.
        """

    def open(self, settings: BridgeSettings) -> Speaker:
        """Begin to serve.

        Raises
        ------
        ConfigError, Unusable
            If the settings or the address cannot be used.
        """


DIALECTS: Registry[Dialect] = Registry("kind of bridge")

OptionsT = TypeVar("OptionsT", bound=Section)


class SocketDialect:
    """A dialect of one message behind another through a ZeroMQ socket.

    Parameters
    ----------
    translator
        Makes the translator of these settings, and says what is wrong with them.
    sockets
        Ways to hand out that the dialect's clients know; the first is meant if the settings name none.
    queue
        Messages kept for a client that is slow.
    """

    def __init__(self, translator: Callable[[BridgeSettings], Translator], sockets: Sequence[str], *, queue: int = 1000) -> None:
        self._translator, self._sockets, self._queue = translator, tuple(sockets), queue

    def check(self, settings: BridgeSettings) -> None:
        """Refuse settings that cannot be meant."""
        check_address(settings.address, bind=True, insecure=settings.insecure)
        if settings.socket and settings.socket not in self._sockets:
            known = ", ".join(self._sockets)
            raise ConfigError(
                f"{settings.kind} is handed out by {known}, not by {settings.socket!r}", key=_key(settings, "socket")
            )
        self._translator(settings)

    def open(self, settings: BridgeSettings) -> Speaker:
        """Bind the socket."""
        self.check(settings)
        make = OUTLETS[settings.socket or self._sockets[0]]
        outlet = make(settings.address, hwm=self._queue, insecure=settings.insecure)
        return SocketSpeaker(settings, self._translator(settings), outlet)


class SocketSpeaker:
    """A translator with its outlet."""

    def __init__(self, settings: BridgeSettings, translator: Translator, outlet: Outlet) -> None:
        self.name, self._kind = settings.name or settings.kind, settings.kind
        self.topics = translator.topics
        self._translator, self._outlet = translator, outlet
        self._bad = 0

    @property
    def sockets(self) -> Sequence[Any]:
        """Sockets on which clients say something."""
        return (self._outlet,)

    def take(self, message: Message) -> None:
        """Send on what this message means; one that breaks the rules is counted."""
        if not message.topic.startswith(self.topics):
            return
        try:
            for parts in self._translator.translate(message):
                if not self._outlet.send(parts):
                    self._translator.lost()
        except ProtocolError:
            self._bad += 1

    def serve(self) -> None:
        """Take what clients said; never waits."""
        self._outlet.serve()

    def report(self) -> dict[str, Any]:
        """What became of the messages."""
        out = self._outlet
        counts = {"sent": out.sent, "lost": out.lost, "bad": out.bad + self._bad, "clients": out.clients}
        return {"kind": self._kind, "address": out.address, **counts}

    def close(self) -> None:
        """Give the address free."""
        self._outlet.close()


def options_of(settings: BridgeSettings, model: type[OptionsT]) -> OptionsT:
    """The further keys of a bridge.

    Raises
    ------
    ConfigError
        Naming the key and the nearest valid one.
    """
    try:
        return model.model_validate(settings.parameters)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        if first["type"] != "extra_forbidden":
            raise ConfigError(first["msg"], key=_key(settings, name)) from error
        known = [*model.model_fields, *BridgeSettings.model_fields]
        close = get_close_matches(name, known, n=1, cutoff=0.4)
        raise ConfigError("there is no such key", key=_key(settings, name), nearest=close[0] if close else "") from error


def require_frames(settings: BridgeSettings) -> None:
    """Refuse a bridge that has nothing to tell.

    Raises
    ------
    ConfigError
        Naming the key.
    """
    if not settings.frames:
        raise ConfigError('name the detectors whose frames are wanted, frames = ["cspad"]', key=_key(settings, "frames"))


def frame_topics(settings: BridgeSettings) -> tuple[str, ...]:
    """Topics of the frames that the settings name."""
    return tuple(f"frame/{name}" for name in settings.frames)


def check_bridges(bridges: Iterable[BridgeSettings]) -> None:
    """Refuse bridges that cannot be meant, before anything is opened.

    Raises
    ------
    ConfigError
        Naming the key.
    """
    load_folder(FOLDER)
    names: set[str] = set()
    for settings in bridges:
        DIALECTS.get(settings.kind, key="bridge.kind").check(settings)
        name = settings.name or settings.kind
        if name in names:
            raise ConfigError("two bridges have this name; give each a name of its own", key=f"bridge.{name}")
        names.add(name)


def open_speakers(bridges: Iterable[BridgeSettings]) -> list[Speaker]:
    """Every bridge of the settings, serving.

    Raises
    ------
    ConfigError, Unusable
        If an address may not or cannot be used.
    """
    bridges = tuple(bridges)
    check_bridges(bridges)
    opened: list[Speaker] = []
    try:
        for settings in bridges:
            opened.append(DIALECTS.get(settings.kind).open(settings))
    except BaseException:
        for speaker in opened:
            speaker.close()
        raise
    return opened


def _key(settings: BridgeSettings, name: str) -> str:
    return f"bridge.{settings.name or settings.kind}.{name}"
