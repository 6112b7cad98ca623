"""Messages of the reduced stream in, snapshots out. Pure: time comes in as an argument."""

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.alarms.history import Told
from dashboards.arrays import pieces_of
from dashboards.joined_rows import as_one
from dashboards.meaning import RUN, SINCE, STEP, latency_in, number_in, settings_version, shown_as, since_in, units_in
from dashboards.ring import RowRing
from dashboards.rows import HIDDEN, element_names, table_of
from dashboards.shelf import Shelf
from dashboards.snapshot import FieldInfo, Picture, Published, SettingsVersion, Since, Snapshot, StatusHistory, no_history
from monitor.client import BadMessage, plot_of
from monitor.errors import ProtocolError
from monitor.wire.message import Message

STATUS_KEPT = 2400
"""Status messages kept for the charts: 20 minutes at one every 0.5 s."""

LOG_KEPT = 200
CHANGES_KEPT = 100
PICTURES_KEPT = 64
PLOT = "plot/"
NO_ALARMS = Told()


class Intake:
    """What was heard so far.

    Parameters
    ----------
    history
        Most rows kept.
    """

    def __init__(self, history: int) -> None:
        self._ring = RowRing(history)
        self._shelf = Shelf()
        self._fields: dict[str, FieldInfo] = {}
        self._arrays: dict[str, FieldInfo] = {}
        self._axes: dict[str, NDArray[Any]] = {}
        self._pictures: dict[str, Picture] = {}
        self._plots: dict[str, Published] = {}
        self._latest: dict[str, Mapping[str, Any]] = {}
        self._statuses: deque[tuple[float, ...]] = deque(maxlen=STATUS_KEPT)
        self._status_history = no_history()
        self._changes: deque[SettingsVersion] = deque(maxlen=CHANGES_KEPT)
        self._log: deque[Mapping[str, Any]] = deque(maxlen=LOG_KEPT)
        self._counters: dict[str, int] = {}
        self._missed: dict[str, int] = {}
        self._rows_at: float | None = None
        self._status_at: float | None = None
        self._ended = False
        self._since: Since | None = None
        self._session: object = None
        self._restarts = 0
        self._version = 0

    @property
    def restarts(self) -> int:
        """How often the service was seen to start anew."""
        return self._restarts

    def take(self, message: Message, now: float) -> None:
        """Take one message of the stream.

        Raises
        ------
        ProtocolError
            If its content breaks the rules; nothing of it was taken.
        """
        self.take_group((message,), now)

    def take_group(self, group: Sequence[Message], now: float) -> None:
        """Take messages of one topic that follow each other as if they were one.

        Raises
        ------
        ProtocolError
            If the content breaks the rules; nothing of it was taken.
        """
        handler = self._handler(group[0].topic)
        if handler is None:
            return
        for message in group:
            self._count(message)
        handler(as_one(group), now)
        self._version += 1

    def take_history(self, message: Message, now: float) -> None:
        """Take the answer to a ``history`` request."""
        rows = table_of(message)
        self._learn_columns(message)
        self._ring.put_before(rows)
        if len(rows):
            self._rows_at = now if self._rows_at is None else self._rows_at
        self._version += 1

    @property
    def made_with(self) -> tuple[int, int, int] | None:
        """Life of the service, run and settings version of the newest row; ``None`` before the first."""
        newest = self._ring.table().last(1)
        if not len(newest) or self._rows_at is None:
            return None
        version = newest.column("pipeline_version")[0]
        return self._restarts, int(newest.run[0]), int(version) if math.isfinite(version) else -1

    def take_axes(self, message: Message) -> bool:
        """Take the answer to an ``axes`` request; False if it is of an older run or version than the newest row.

        Raises
        ------
        ProtocolError
            If it breaks the rules.
        """
        if message.kind != "axes":
            # A service from before there were axes: plots count elements instead.
            return True
        told = tuple(message.header.get(key) for key in ("run", "version"))
        if not all(isinstance(number, int) for number in told):
            raise ProtocolError("axes without run and version")
        self._axes = {key[2:]: array for key, array in message.arrays.items() if key.startswith("k/") and array.ndim == 1}
        self._version += 1
        return self.made_with is None or told >= self.made_with[1:]

    def forget_pictures(self, prefix: str) -> None:
        """Nobody looks at these any more; what is not updated must not be shown later as if it were new."""
        shown = shown_as(prefix)
        self._pictures = {topic: picture for topic, picture in self._pictures.items() if not topic.startswith(shown)}
        self._plots = {topic: plot for topic, plot in self._plots.items() if not f"{PLOT}{topic}".startswith(prefix)}
        self._counters = {topic: n for topic, n in self._counters.items() if not topic.startswith(prefix)}

    def snapshot(self, alarms: Told = NO_ALARMS) -> Snapshot:
        """What is known now, with these alarms; never changes afterwards."""
        return Snapshot(
            version=self._version,
            rows=self._ring.table(),
            fields=dict(self._fields),
            curves=self._shelf.curves(self._arrays),
            lists=self._shelf.lists(self._arrays),
            axes=self._axes,
            pictures=self._pictures,
            plots=dict(self._plots),
            run=self._latest.get("run", {}),
            step=self._latest.get("step", {}),
            status=self._latest.get("status", {}),
            status_history=self._status_history,
            pipeline=self._latest.get("pipeline", {}),
            changes=tuple(self._changes),
            log=tuple(self._log),
            missed=dict(self._missed),
            rows_at=self._rows_at,
            status_at=self._status_at,
            since=self._since,
            alarms=alarms,
            restarts=self._restarts,
            ended=self._ended,
        )

    def _handler(self, topic: str) -> Callable[[Message, float], None] | None:
        """Who takes messages of a topic; a topic of a later version of the service is left alone."""
        if topic.startswith(("frame/", RUN, STEP, SINCE)):
            return self._take_picture
        if topic.startswith(PLOT):
            return self._take_plot
        return {
            "run": self._take_latest,
            "step": self._take_latest,
            "pipeline": self._take_pipeline,
            "schema/events": self._take_schema,
            "rows/events": self._take_rows,
            "status": self._take_status,
            "log": self._take_log,
            "end": self._take_end,
        }.get(topic)

    def _count(self, message: Message) -> None:
        """The counter of a topic tells what was missed, the session that the service is a new one."""
        n, session = message.header.get("n"), message.header.get("session")
        if not isinstance(n, int):
            return
        if session != self._session and self._session is not None:
            self._restart()
        self._session = session
        last = self._counters.get(message.topic)
        # A state that is sent again to a new subscriber keeps its number.
        if last is not None and n > last + 1:
            self._missed[message.topic] = self._missed.get(message.topic, 0) + n - last - 1
        self._counters[message.topic] = n

    def _restart(self) -> None:
        """The service counts from the beginning again: pictures, losses and its end are those of its former life."""
        self._restarts += 1
        self._counters.clear()
        self._missed.clear()
        self._pictures = {}
        self._changes.clear()
        self._plots = {}
        self._ended = False

    def _take_latest(self, message: Message, now: float) -> None:
        del now
        self._latest[message.topic] = message.header

    def _take_pipeline(self, message: Message, now: float) -> None:
        """A version of the settings; the same one comes again with every new subscriber."""
        last = self._changes[-1] if self._changes else None
        if last is None or last.version != message.header.get("version"):
            self._changes.append(settings_version(message.header, last))
        self._take_latest(message, now)

    def _take_status(self, message: Message, now: float) -> None:
        header = message.header
        if not isinstance(header.get("reader", {}), Mapping):
            raise ProtocolError("a status whose reader is no map")
        total = latency_in(header.get("latency"))
        known = (header.get(key) for key in ("time", "rate"))
        self._statuses.append((*map(number_in, known), *total, number_in(header.get("lost"))))
        # Made here: with every row it would cost a good part of a core.
        self._status_history = StatusHistory(*np.array(self._statuses, np.float64).T)
        self._latest["status"] = header
        self._status_at = now
        since = since_in(header)
        if since is not None and not since.is_same(self._since):
            # Of the step there is one mean only, which began anew as well.
            self.forget_pictures(STEP)
        self._since = since

    def _take_schema(self, message: Message, now: float) -> None:
        del now
        fields: dict[str, FieldInfo] = {}
        entries = message.header.get("fields")
        if not isinstance(entries, list):
            raise ProtocolError("a schema without fields")
        for entry in entries:
            try:
                shape = tuple(int(n) for n in entry["shape"])
                names = [] if entry.get("ragged") else element_names(str(entry["name"]), shape)
                kind = np.dtype(entry["dtype"]).kind
                info = FieldInfo(str(entry.get("unit", "")), str(entry.get("description", "")))
            except (TypeError, KeyError, ValueError, AttributeError) as error:
                raise ProtocolError("a field of the schema lacks name, dtype or shape") from error
            if kind in "iufb" and not HIDDEN.intersection(names):
                fields.update(dict.fromkeys(names, info))
        self._fields = fields

    def _take_rows(self, message: Message, now: float) -> None:
        rows = table_of(message)
        pieces = pieces_of(message)
        self._learn_columns(message)
        self._ring.append(rows)
        self._shelf.put(pieces)
        self._rows_at = now
        self._ended = False

    def _learn_columns(self, message: Message) -> None:
        """Units of columns that came before their schema."""
        for name, said in units_in(message).items():
            values = message.arrays.get("c/" + name)
            if values is None or values.dtype.kind not in "iufb" or name in HIDDEN:
                continue
            if values.ndim > 1 or f"n/{name}" in message.arrays:
                self._arrays[name] = said
            names = [] if f"n/{name}" in message.arrays else element_names(name, values.shape[1:])
            for column in names:
                if column not in self._fields:
                    self._fields = {**self._fields, column: said}

    def _take_picture(self, message: Message, now: float) -> None:
        image = message.arrays.get("image")
        if image is None or image.ndim != 2 or image.dtype.kind not in "iuf" or not image.size:
            raise ProtocolError(f"{message.topic!r} has no two-dimensional image")
        count = message.header.get("count", 1)
        if not isinstance(count, int):
            raise ProtocolError(f"{message.topic!r} does not say how many events it stands for")
        picture = Picture(image, str(message.header.get("unit", "")), count, message.header, now)
        topic = shown_as(message.topic)
        if topic in self._pictures or len(self._pictures) < PICTURES_KEPT:
            self._pictures = {**self._pictures, topic: picture}

    def _take_plot(self, message: Message, now: float) -> None:
        topic = message.topic.removeprefix(PLOT)
        try:
            plot = plot_of(message.header["plot"], message.arrays)
        except (BadMessage, KeyError) as error:
            raise ProtocolError(f"{message.topic!r} is no plot") from error
        if topic in self._plots or len(self._plots) < PICTURES_KEPT:
            self._plots = {**self._plots, topic: Published(plot, now)}

    def _take_log(self, message: Message, now: float) -> None:
        del now
        self._log.append(message.header)

    def _take_end(self, message: Message, now: float) -> None:
        del message, now
        self._ended = True
