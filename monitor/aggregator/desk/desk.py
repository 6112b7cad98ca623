"""The desk without sockets or clock: keeps what answers are made of, and makes them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from monitor.aggregator.desk.frames import KeptFrames
from monitor.aggregator.desk.gift import PLOT, Plots, columns_of
from monitor.aggregator.history import History
from monitor.aggregator.joiner import Columns
from monitor.aggregator.used import Used
from monitor.errors import ProtocolError
from monitor.model.sums import Sums
from monitor.wire import checked
from monitor.wire.client_note import MeansRequest
from monitor.wire.message import Message
from monitor.wire.note import note_of
from monitor.wire.rows import Reduced, rows_message

FRAMES_WANTED_S = 60.0
"""How long frames are made after somebody asked for them."""

ROWS_LIMIT = 1 << 24

LONGEST_AUTHOR = 80

CONTROLS = ("control", "undo", "command")
"""Requests that the reader answers, if the client may change anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, as far as his key tells; without keys he has no name.

    Attributes
    ----------
    name
        Name of the key; empty without keys.
    may_control, may_publish
        What he may do.
    """

    name: str = ""
    may_control: bool = True
    may_publish: bool = True


class Desk:
    """Keeps rows, frames and sums; answers requests.

    Parameters
    ----------
    rows, frames
        Rows, and frames of each detector, that are kept.
    """

    def __init__(self, rows: int, frames: int) -> None:
        self.history = History(rows)
        self.frames = KeptFrames(frames)
        self.plots = Plots()
        self.columns: list[Columns] = []
        self.means: list[MeansRequest] = []
        self.sums: tuple[int, Sums] = (-1, {})
        self.used = Used()
        self.frames_asked = float("-inf")
        self._run = -1
        self._run_first = 0
        self._answers: Mapping[str, Callable[[Message], Message]] = {
            "history": self._history,
            "frames": self._frames,
            "sums": self._sums,
            "detector": self._detector,
            "axes": lambda message: self.used.axes(),
        }

    def take(self, item: Reduced | Message) -> None:
        """Keep rows that were shown, or a frame that was published; other messages are not kept."""
        if isinstance(item, Reduced):
            if item.run != self._run:
                self._run, self._run_first = item.run, item.rows.first
            self._run_first = min(self._run_first, item.rows.first)
            self.history.add(item.rows)
        elif item.topic.startswith("frame/"):
            self.frames.add(item)

    def frames_wanted(self, now: float) -> bool:
        """Whether somebody asked for frames a short while ago."""
        return now - self.frames_asked < FRAMES_WANTED_S

    def answer(self, message: Message, asker: Asker, now: float) -> Message | None:
        """The answer to a request; ``None`` where none is expected. Controls are not asked here.

        Raises
        ------
        ProtocolError
            If the request is not understood, saying why.
        """
        if message.kind == MeansRequest.KIND:
            return self._begin(message)
        if message.kind in ("plot", "columns"):
            return self._give(message, asker)
        answer = self._answers.get(message.kind)
        if answer is None:
            known = ", ".join([*self._answers, *CONTROLS])
            raise ProtocolError(f"a client asks for {known}, {MeansRequest.KIND}, or gives plot or columns")
        if message.kind in ("frames", "detector"):
            self.frames_asked = now
        return answer(message)

    def _begin(self, message: Message) -> Message:
        """Means begin anew; whether the asker may is known already."""
        asked = note_of(MeansRequest, message)
        if asked.begin not in ("now", "run"):
            raise ProtocolError("means begin now, or with the run")
        self.means.append(replace(asked, author=asked.author[:LONGEST_AUTHOR]))
        return Message("accepted", {})

    def _give(self, message: Message, asker: Asker) -> Message | None:
        """Take a plot, or columns."""
        if not asker.may_publish:
            raise ProtocolError(
                "this key may not publish; whoever runs the service can allow it: xtcmon keys allow ... --may publish"
            )
        if message.kind == PLOT:
            self.plots.put(message)
        else:
            self.columns.append(columns_of(message, asker.name))
        return Message("accepted", {}) if "request" in message.header else None

    def _history(self, message: Message) -> Message:
        """The newest rows, as somebody asked for them."""
        header = {"since": 0, "before": checked.LARGEST, "every": 1, **message.header}
        message = replace(message, header=header)
        since = checked.integer(message, "since")
        rows = self.history.newest(
            checked.integer(message, "last", high=ROWS_LIMIT),
            [name for name in checked.sequence(message, "fields") if isinstance(name, str)],
            since=max(since, self._run_first) if header.get("this_run") is True else since,
            before=checked.integer(message, "before"),
            every=checked.integer(message, "every", low=1),
        )
        reduced = Reduced(
            rows=rows,
            experiment="",
            run=max(self._run, 0),
            step=-1,
            epoch=0,
            lease=0,
            worker="",
            created=0.0,
            received=0.0,
            finished=0.0,
        )
        reply = rows_message(reduced, kind="history")
        kept = {"stop": self.history.stop, "oldest": self.history.oldest, "run_first": self._run_first}
        return replace(reply, header={**reply.header, **kept})

    def _frames(self, message: Message) -> Message:
        """The newest frames of a detector."""
        return self.frames.newest(checked.text(message, "detector"), checked.integer(message, "last", high=ROWS_LIMIT))

    def _sums(self, message: Message) -> Message:
        """All sums of the present run, exact."""
        run, sums = self.sums
        header = {"run": run, "sums": {name: {"kind": state.kind, "count": state.count} for name, state in sums.items()}}
        arrays = {f"s/{name}/{part}": array for name, state in sums.items() for part, array in state.arrays.items()}
        return Message("sums", header, arrays)

    def _detector(self, message: Message) -> Message:
        """Mask, gain, pixel positions and image index of a detector, as the newest rows were made; without a name the names."""
        name = checked.text(message, "detector")
        if not name:
            return Message("detector", {"detector": "", "detectors": self.used.detectors})
        answer = self.used.detector(name)
        if answer is None:
            raise ProtocolError(f"nothing is known of a detector {name[:60]!r} yet; ask again in a moment")
        return answer
