"""A publisher of a plausible run over real sockets, for dashboards without the rest of the house."""

import threading
import time
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from monitor.net.endpoints import Endpoints
from monitor.net.publish import ZmqPublisher
from monitor.net.socket import ZmqRouter
from monitor.wire.message import Message

ANY_PORT = "tcp://127.0.0.1:0"
TURN_S = 0.05
STEPS = 31
STEP_FS = 100.0
TIME_ZERO_FS = 240.0
WIDTH_FS = 60.0
JITTER_PS = 0.2
FRAME_SHAPE = (185, 388)

UNITS = {
    "event_time": "",
    "fiducials": "",
    "pipeline_version": "",
    "ebeam/charge": "nC",
    "gas_detector/f_11_ENRC": "mJ",
    "ipm2/sum": "V",
    "ipm3/sum": "V",
    "ipm3/channels": "V",
    "phase_cav/fit_time_1": "ps",
    "lightStatus/xray": "1",
    "lightStatus/laser": "1",
    "scan/delay": "fs",
    "cspad/ROI_0_sum": "keV",
}


PANELS = (2, 185, 194)
PITCH_UM = 110.0


def details() -> dict[str, NDArray[Any]]:
    """What the workers use for the detector: x down the image, y to its right, from its middle; a dead column."""
    row, column = np.indices(FRAME_SHAPE)
    width = PANELS[2]
    index = (column // width * PANELS[1] * width + row * width + column % width).astype(np.int32)
    place = np.empty(index.size, np.int64)
    place[index.reshape(-1)] = np.arange(index.size)
    x = (row - FRAME_SHAPE[0] / 2 + 0.5) * PITCH_UM
    y = (column - FRAME_SHAPE[1] / 2 + 0.5) * PITCH_UM
    mask = (column != 300).astype(np.uint8)
    maps = {"x": x, "y": y, "z": np.full(FRAME_SHAPE, -100_000.0), "mask": mask, "gain": np.full(FRAME_SHAPE, 0.5, np.float32)}
    return {"index": index, **{name: values.reshape(-1)[place].reshape(PANELS) for name, values in maps.items()}}


def frame(seq: int) -> NDArray[np.float32]:
    """A ring that breathes, with a dead column."""
    rows, columns = np.indices(FRAME_SHAPE)
    radius = np.hypot(rows - 90, columns - 190)
    image = (10 + 5 * np.exp(-(((radius - 60 - seq % 7) / 8) ** 2))).astype(np.float32)
    image[:, 300] = np.nan
    return image


@dataclass
class FakeService:
    """One run of a service: publishes ``rate`` events per second, answers ``history`` and ``control``.

    Attributes
    ----------
    first
        Events that are there before the first is published.
    events_per_step
        After how many events the delay moves on.
    endpoints
        Where to bind; port 0 takes free ones, ``endpoints`` says which after the start.
    controls
        The ``control`` requests that came.
    """

    rate: float = 240.0
    first: int = 0
    events_per_step: int = 40
    session: int = 1
    endpoints: Endpoints = field(default_factory=lambda: Endpoints(reader=ANY_PORT, requests=ANY_PORT, stream=ANY_PORT))
    controls: list[Message] = field(default_factory=list)
    region: list[list[int]] = field(default_factory=lambda: [[20, 40], [30, 90]])
    sums: list[str] = field(default_factory=lambda: ["calib"])
    refuse: str = ""
    silent: bool = False
    """No events come, as when the source stops; the service still says how it is."""
    plots: list[Message] = field(default_factory=list)
    """Plots of scripts, to be published."""
    seq: int = 0
    version: int = 1
    units: dict[str, str] = field(default_factory=lambda: dict(UNITS))
    axes: dict[str, NDArray[Any]] = field(default_factory=dict)
    """What the elements of array fields stand for."""

    since: dict[str, Any] = field(default_factory=dict)
    """From where on means count; those since then are twice those of the run."""

    def __post_init__(self) -> None:
        self._counters: dict[str, int] = {}
        self._before: list[list[list[int]]] = []
        self._states: dict[str, Message] = {}
        self._leave = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fake-service")
        self.seq = self.first

    def __enter__(self) -> "FakeService":
        self._publisher = ZmqPublisher(self.endpoints.stream)
        self._reader = ZmqRouter(self.endpoints.reader)
        self._rows = ZmqRouter(self.endpoints.requests)
        self.endpoints = Endpoints(reader=self._reader.address, requests=self._rows.address, stream=self._publisher.address)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._leave.set()
        self._thread.join()
        for socket in (self._publisher, self._reader, self._rows):
            socket.close()

    def columns(self, first: int, count: int) -> dict[str, NDArray[Any]]:
        """Values of events ``first`` ...; the same event always has the same values (but for the region and version)."""
        random = np.random.default_rng(7).normal(size=(first + count, 5))[first:].T
        seq = np.arange(first, first + count)
        delay = (seq // self.events_per_step % STEPS - STEPS // 2) * STEP_FS
        jitter = JITTER_PS * random[0]
        laser = seq % 2
        light = np.clip(1 + 0.25 * random[1], 0.05, None)
        pumped = 0.4 * laser * (1 + erf((delay + 1000 * jitter - TIME_ZERO_FS) / (np.sqrt(2) * WIDTH_FS))) / 2
        (r0, r1), (c0, c1) = self.region
        return {
            "event_time": (1_288_000_000 + seq // 120 << 32) | (seq % 120) * 8_333_333,
            "fiducials": seq * 3 % 131040,
            "pipeline_version": np.full(count, self.version),
            "ebeam/charge": 0.25 + 0.01 * random[2],
            "gas_detector/f_11_ENRC": light + 0.05 * random[3],
            "ipm2/sum": light,
            "ipm3/sum": light * (1 + pumped) + 0.02 * random[4],
            "ipm3/channels": np.outer(light, [0.2, 0.3, 0.4, 0.1]),
            "phase_cav/fit_time_1": jitter,
            "lightStatus/xray": np.ones(count, np.int64),
            "lightStatus/laser": laser,
            "scan/delay": delay,
            "cspad/ROI_0_sum": np.full(count, float((r1 - r0) * (c1 - c0))),
        }

    def settings(self) -> dict[str, Any]:
        """The settings in force."""
        feature = {"kind": "ROIFunc", "name": "ROI_0", "ROI": None, "image_ROI": self.region}
        return {"detector": [{"name": "cspad", "source": "", "sums": self.sums, "feature": [feature]}]}

    def _run(self) -> None:
        self._announce()
        begin, shown = time.monotonic(), -1.0
        while not self._leave.wait(TURN_S):
            self._answer()
            self._resend()
            while self.plots:
                self._state_message(self.plots.pop(0))
            now = time.monotonic()
            if self.silent:
                begin = now - (self.seq - self.first) / self.rate
            due = self.first + int((now - begin) * self.rate) - self.seq
            if due > 0:
                self._publish_rows(due)
            if now - shown > 0.4:
                shown = now
                self._publish_slow()

    def _announce(self) -> None:
        """States that hold from the beginning."""
        self._state("run", "run", {"run": 98, "experiment": "xppi0310", "first": 0, "seconds": 0, "nanoseconds": 0})
        arrays = self.columns(0, 1)
        entries = [
            {"name": name, "dtype": array.dtype.str, "shape": list(array.shape[1:]), "unit": self.units[name], "description": ""}
            for name, array in arrays.items()
        ]
        self._state("schema/events", "schema", {"run": 98, "fields": entries})
        self._tell_pipeline()

    def _undo_changes(self) -> list[dict[str, Any]]:
        """The change that takes back the last one."""
        return [{"path": "detector.cspad.feature.ROI_0.image_ROI", "value": self._before.pop()}]

    def _tell_pipeline(self, author: str = "fake") -> None:
        settings = self.settings()
        header = {"version": self.version, "first": self.seq, "settings": settings, "author": author, "time": time.time()}
        self._state("pipeline", "pipeline", header)

    def _publish_rows(self, count: int) -> None:
        self._send(self._message("rows", "rows/events", self.seq, count))
        self.seq += count

    def _publish_slow(self) -> None:
        step = self.seq // self.events_per_step % STEPS
        self._state("step", "step", {"run": 98, "step": step, "first": self.seq, "controls": {}})
        self._state("status", "status", self.status(step))
        image = frame(self.seq)
        header = {"seq": self.seq - 1, "unit": "keV", "rough": False, "events": self.seq}
        self._send(Message("frame", header, {"image": image}, "frame/cspad"))
        about = {"count": 1 + self.seq % self.events_per_step, "unit": "keV", "run": 98, "step": step}
        self._state_message(Message("sum", about, {"image": 3 * image}, "step_sum/cspad/calib"))
        for topic, factor in (("calib", 1.0), ("calib_laser_on", 1.1), ("calib_laser_off", 0.9)):
            message = Message(
                "sum", {"count": self.seq, "unit": "keV", "run": 98}, {"image": factor * image}, f"sum/cspad/{topic}"
            )
            self._state_message(message)
            if self.since and self.seq > self.since["first"]:
                header = {"count": self.seq - self.since["first"], "unit": "keV", "run": 98, **self.since}
                self._state_message(Message("sum", header, {"image": 2 * factor * image}, f"since_sum/cspad/{topic}"))

    def status(self, step: int) -> dict[str, Any]:
        """What the service says about itself."""
        workers = [
            {"name": f"worker-{i}", "generation": 0, "pid": 4000 + i, "host": "hutch", "batches": self.seq // 64,
             "events": self.seq // 2, "busy": 0.35, "last_seen": 0.2, "leases": 2}
            for i in range(2)
        ]  # fmt: skip
        reader = {
            "state": "running", "events": self.seq, "rate": self.rate, "lost": 3, "quarantined": 0, "trimmed": 0,
            "damage": {"FEEGasDetEnergy dropped": 5}, "queue": 1, "leased": 4, "lag": 0.02, "workers": workers,
            "restarts": {"worker-1": 1}, "run": 98, "step": step, "pipeline": self.version, "mode": "live", "total": 100_000,
        }  # fmt: skip
        return {
            "time": time.time(), "since": self.since,
            "reader": reader, "processed": self.seq, "written": self.seq - 20, "late": 2, "lost": 3,
            "damaged": 5, "rate": self.rate, "latency": {"total": [0.018, 0.041], "worker": [0.006, 0.011]},
            "trouble": {"user.py: division": 4},
            "file": "xppi0310_Run0098.h5", "balance": {"read": self.seq, "written": self.seq - 20}, "committed": self.seq - 20,
        }  # fmt: skip

    def _message(self, kind: str, topic: str, first: int, count: int, **more: Any) -> Message:
        fields = {name: [unit, ""] for name, unit in self.units.items()}
        header = {"first": first, "count": count, "run": 98, "step": 0, "experiment": "xppi0310", "fields": fields, **more}
        return Message(kind, header, {f"c/{name}": array for name, array in self.columns(first, count).items()}, topic)

    def _answer(self) -> None:
        while (asked := self._rows.receive()) is not None:
            peer, message = asked
            if message.kind == "axes":
                header = {"request": message.header["request"], "run": 98, "version": self.version}
                self._rows.send(peer, Message("axes", header, {f"k/{path}": axis for path, axis in self.axes.items()}))
                continue
            if message.kind == "means":
                now = message.header["begin"] == "now"
                self.since = {"first": self.seq, "time": time.time(), "author": message.header["author"]} if now else {}
                self._rows.send(peer, Message("accepted", {"request": message.header["request"]}))
                continue
            if message.kind == "detector":
                self._rows.send(peer, self._details(message))
                continue
            first = max(0, self.seq - message.header["last"])
            reply = self._message("history", "", first, self.seq - first, request=message.header["request"])
            sequence = np.arange(first, self.seq)
            self._rows.send(peer, replace(reply, arrays={**reply.arrays, "c/seq": sequence}))
        while (asked := self._reader.receive()) is not None:
            self._control(*asked)

    def _details(self, asked: Message) -> Message:
        """Two panels, the upper one in the left half of the image, the lower one in the right."""
        request = asked.header["request"]
        if asked.header["detector"] != "cspad":
            return Message("detector", {"request": request, "detector": "", "detectors": ["cspad"]})
        header = {"request": request, "detector": "cspad", "run": 98, "version": self.version, "shape": list(PANELS)}
        return Message("detector", header, details())

    def _control(self, peer: bytes, message: Message) -> None:
        self.controls.append(message)
        request = message.header["request"]
        if message.kind == "undo":
            message = replace(message, header={**message.header, "changes": self._undo_changes()})
        if self.refuse:
            self._reader.send(peer, Message("refused", {"request": request, "why": self.refuse}))
            return
        for change in message.header["changes"]:
            if change["path"] == "detector.cspad.feature.ROI_0.image_ROI":
                self._before.append(self.region)
                # A region that becomes a polygon says that it is no rectangle any more.
                self.region = change["value"] or self.region
            elif change["path"] == "detector.cspad.sums":
                self.sums = change["value"]
        self.version += 1
        self._tell_pipeline(message.header["author"])
        self._reader.send(peer, Message("accepted", {"request": request, "version": self.version}))

    def _resend(self) -> None:
        for prefix in self._publisher.subscriptions():
            for topic, message in self._states.items():
                if topic.startswith(prefix):
                    self._publisher.publish(message)

    def _state(self, topic: str, kind: str, header: dict[str, Any]) -> None:
        self._state_message(Message(kind, header, {}, topic))

    def _state_message(self, message: Message) -> None:
        self._states[message.topic] = self._send(message)

    def _send(self, message: Message) -> Message:
        self._counters[message.topic] = n = self._counters.get(message.topic, 0) + 1
        stamped = replace(message, header={**message.header, "n": n, "session": self.session})
        self._publisher.publish(stamped)
        return stamped
