"""What clients give: plots of their own for the pages, and columns for the file; checked before anybody sees them."""

import re
from collections import OrderedDict

import numpy as np

from monitor.aggregator.joiner import GROUP, Columns
from monitor.errors import ProtocolError
from monitor.model.column import Column
from monitor.model.field import Field
from monitor.wire import checked
from monitor.wire.message import Message

PLOT = "plot"
PLOTS = ("XYPlot", "Hist", "Image", "MultiPlot")
"""Kinds of plots, by the names of psmon."""

MOST_PLOTS, PLOT_BYTES, PLOT_PAUSE_S = 64, 16 << 20, 0.05
MOST_EVENTS, MOST_NUMBERS = 1 << 20, 1024
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
"""Of a client, and of each step of the path of its columns."""

RESERVED = "psmon-internal"


class Plots:
    """Passes plots on: the newest of each topic, not more often than anybody can look, and not too many topics."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Message] = OrderedDict()
        self._sent: dict[str, float] = {}

    def put(self, message: Message) -> None:
        """Take a plot; it replaces one of the same topic that waits.

        Raises
        ------
        ProtocolError
            Saying what is wrong with it.
        """
        topic, what = checked.text(message, "topic"), checked.mapping(message, "plot")
        if not topic or len(topic) > 200 or not topic.isprintable() or topic.startswith(RESERVED):
            raise ProtocolError(f"a topic has 1 to 200 letters and does not begin with {RESERVED}")
        if what.get("kind") not in PLOTS:
            raise ProtocolError(f"a plot is one of {', '.join(PLOTS)}")
        if sum(array.nbytes for array in message.arrays.values()) > PLOT_BYTES:
            raise ProtocolError(f"the arrays of a plot are larger than {PLOT_BYTES >> 20} MiB")
        if topic not in self._sent and len(self._sent) >= MOST_PLOTS:
            raise ProtocolError(f"there are {MOST_PLOTS} topics of plots already")
        self._sent.setdefault(topic, float("-inf"))
        self._waiting[topic] = Message(PLOT, {"topic": topic, "plot": what}, message.arrays, f"{PLOT}/{topic}")

    def due(self, now: float) -> Message | None:
        """The next plot that may go out; ``None`` if there is none."""
        for topic in self._waiting:
            if now - self._sent[topic] >= PLOT_PAUSE_S:
                self._sent[topic] = now
                return self._waiting.pop(topic)
        return None


def columns_of(message: Message, client: str = "") -> Columns:
    """The columns in a message; ``client`` is who sends it, where keys tell that, else it names itself.

    Raises
    ------
    ProtocolError
        Saying what is wrong with it.
    """
    client = client or checked.text(message, "client")
    if not NAME.fullmatch(client):
        raise ProtocolError("a client has a name of up to 40 letters, digits and _ . -")
    seq = message.arrays.get("seq")
    if seq is None or seq.dtype != np.int64 or seq.ndim != 1 or not 0 < len(seq) <= MOST_EVENTS:
        raise ProtocolError(f"columns come with seq: int64, one for each of 1 to {MOST_EVENTS:,} events")
    if seq[0] < 0 or (np.diff(seq) <= 0).any():
        raise ProtocolError("the sequence numbers do not ascend")
    fields = checked.mapping(message, "fields")
    if not fields:
        raise ProtocolError("there are no columns")
    return Columns(client, seq, {f"{GROUP}/{client}/{name}": _column(message, client, name, len(seq)) for name in fields})


def _column(message: Message, client: str, name: str, count: int) -> Column:
    """One column, checked."""
    values, unit = message.arrays.get(f"c/{name}"), message.header["fields"][name]
    if not all(NAME.fullmatch(step) for step in name.split("/")) or name.count("/") > 3 or not isinstance(unit, str):
        raise ProtocolError(f"{name[:60]!r} cannot be the name of a column with a unit")
    if values is None or values.dtype.names is not None or values.dtype.kind not in "biuf" or values.shape[:1] != (count,):
        raise ProtocolError(f"column {name!r} does not have one number for each of {count} events")
    if values[:1].size > MOST_NUMBERS or 0 in values.shape[1:]:
        raise ProtocolError(f"column {name!r} has more than {MOST_NUMBERS} numbers per event, or none")
    return Column(Field(name=f"{GROUP}/{client}/{name}", dtype=values.dtype, shape=values.shape[1:], unit=unit[:40]), values)
