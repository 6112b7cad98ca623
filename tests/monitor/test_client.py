"""The client that can be copied: its decoder agrees with ours on good and bad bytes, and it follows a real service."""

import ast
import asyncio
import dataclasses
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest

from monitor import client
from monitor.aggregator.desk.desk import Desk
from monitor.aggregator.desk.thread import DeskThread
from monitor.aggregator.instruction import Publish
from monitor.aggregator.keeper import DirectKeeper
from monitor.aggregator.loop import Loop
from monitor.aggregator.machine import Aggregator
from monitor.client import AsyncMonitor, BadMessage, Hist, Image, Monitor, MultiPlot, NoAnswer, Refused, XYPlot, plot_of
from monitor.errors import ProtocolError
from monitor.model.sums import SumState
from monitor.net.memory import MemoryRouter
from monitor.net.publish import ZmqPublisher
from monitor.net.socket import ZmqRouter
from monitor.settings import Pages
from monitor.store.memory import MemoryFile
from monitor.wire.message import Message, decode, encode
from monitor.wire.rows import Frame, Reduced, rows_message
from tests.support.some_rows import column, ragged, some_reduced, some_rows

pytestmark = pytest.mark.processes

SAMPLE = Message(
    "rows",
    {"first": 3, "nested": {"a": [1, 2, {"b": None}]}, "text": "µ"},
    {
        "c/a": np.arange(5, dtype="<f8"),
        "c/flag": np.array([True, False]),
        "c/text": np.array([b"ab", b"c"]),
        "c/empty": np.zeros((0, 3), "<i4"),
        "f/big": np.zeros((200, 200), "<f4"),
        "events": np.zeros(3, np.dtype([("seconds", "<u4"), ("xy", "<f4", (2,))])),
    },
    "rows/events",
)


def both(parts: list[bytes]) -> tuple[Any, Any]:
    """What each decoder makes of these parts; None if it refuses."""
    try:
        ours = decode(parts)
    except ProtocolError:
        ours = None
    try:
        theirs = client.decode(parts)
    except BadMessage:
        theirs = None
    return ours, theirs


def same(ours: Any, theirs: Any) -> None:
    assert (ours is None) == (theirs is None)
    if ours is not None:
        assert (ours.kind, dict(ours.header), ours.topic) == (theirs.kind, dict(theirs.header), theirs.topic)
        assert list(ours.arrays) == list(theirs.arrays)
        for name, array in ours.arrays.items():
            assert array.dtype == theirs.arrays[name].dtype
            assert array.shape == theirs.arrays[name].shape
            assert array.tobytes() == theirs.arrays[name].tobytes()


def test_both_decoders_read_the_same_from_a_good_message() -> None:
    ours, theirs = both([bytes(part) for part in encode(SAMPLE)])
    assert theirs is not None
    same(ours, theirs)


@pytest.mark.parametrize("seed", range(20))
def test_both_decoders_agree_on_damaged_bytes(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(60):
        parts = [bytearray(part) for part in encode(SAMPLE)]
        for _ in range(rng.randint(1, 3)):
            part = rng.choice(parts[:3])
            if part and rng.random() < 0.8:
                part[rng.randrange(len(part))] = rng.randrange(256)
            else:
                del part[rng.randint(0, len(part)) :]
        if rng.random() < 0.2:
            del parts[rng.randint(0, len(parts)) :]
        same(*both([bytes(part) for part in parts]))


MAD: list[dict[str, Any]] = [
    {"dtype": "|O"},
    {"dtype": "f8"},
    {"dtype": "<V8"},
    {"dtype": "<M8[s]"},
    {"dtype": "<f8,<f8"},
    {"dtype": "|S0"},
    {"dtype": 8},
    {"dtype": []},
    {"dtype": [["a", "<f8"], ["a", "<f8"]]},
    {"dtype": [["a", "|O"]]},
    {"shape": [-1]},
    {"shape": [1 << 62, 1 << 62]},
    {"shape": [0, 1 << 62]},
    {"shape": [1] * 40},
    {"shape": "5"},
    {"part": 9},
    {"part": -1},
    {"at": -8},
    {"at": 1 << 70 - 8},
    {"name": 3},
]


@pytest.mark.parametrize("change", MAD, ids=[str(change)[:40] for change in MAD])
def test_both_decoders_refuse_mad_columns(change: dict[str, Any]) -> None:
    column_entry = {"name": "a", "dtype": "<f8", "shape": [1], "part": 0, "at": 0, **change}
    header = msgpack.packb({"v": 1, "kind": "rows", "columns": [column_entry]})
    assert both([b"", header, bytes(64)]) == (None, None)


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\xc1",
        msgpack.packb([1]),
        msgpack.packb({"v": 2, "kind": "x", "columns": []}),
        msgpack.packb({"v": 1, "columns": []}),
        msgpack.packb({"v": 1, "kind": "x", "columns": {}}),
        msgpack.packb({"v": 1, "kind": "x", 3: 4}),
        msgpack.packb({"v": 1, "kind": "x", "e": msgpack.ExtType(1, b"x")}),
        b"\x91" * 5000,
        msgpack.packb({"v": 1, "kind": "x", "text": "x" * (1 << 20)}),
    ],
)
def test_both_decoders_refuse_bad_headers(header: bytes) -> None:
    assert both([b"", header]) == (None, None)


@pytest.mark.parametrize("depth", range(12, 20))
def test_both_decoders_draw_the_same_line_for_depth(depth: int) -> None:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    same(*both([b"", msgpack.packb({"v": 1, "kind": "x", "deep": value})]))


def test_the_client_needs_nothing_of_ours() -> None:
    tree = ast.parse(Path(client.__file__).read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    tops = {str(module).split(".")[0] for module in modules}
    assert tops - set(sys.stdlib_module_names) <= {"numpy", "zmq", "msgpack"}


ALONE = """
import sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in ("numpy", "zmq", "msgpack", "client"):
            raise ImportError(f"{name} was imported")

sys.meta_path.insert(0, Nothing())
import client
with client.Monitor(sys.argv[1]) as monitor:
    rows = next(monitor.rows("ipm/sum", timeout_s=20.0))
    print(rows.seq.tolist(), rows["ipm/sum"].tolist(), monitor.history("ipm/sum").seq.tolist())
    client.publish.init(sys.argv[1])
    client.publish.send("alone", client.XYPlot(0, "t", [1, 2], [3, 4]))
    client.publish.close()
"""


def test_a_copy_of_the_client_works_where_nothing_else_of_ours_is(service: "Service", tmp_path: Path) -> None:
    shutil.copy(client.__file__, tmp_path / "client.py")
    service.publish(rows_with_ipm(4, 7), wait_for=PICKED)
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n" + ALONE, service.publisher.address],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.splitlines() == ["[4, 5, 6] [2.0, nan, 3.0] [4, 5, 6]"], done.stderr
    with Monitor(service.publisher.address) as other:
        assert other.latest("plot/alone").header["plot"]["title"] == "t"


class Service:
    """The aggregator's view, desk and stream, fed with whatever a test publishes, in a thread."""

    def __init__(self, frames: int = 4) -> None:
        self.publisher = ZmqPublisher("tcp://127.0.0.1:0")
        self.requests = ZmqRouter("tcp://127.0.0.1:0", right="read")
        self.reader = MemoryRouter()
        self.machine = Aggregator(Pages(history=1000), session=1)
        self.machine.view.endpoints = {"requests": self.requests.address}
        self.desk = DeskThread(Desk(1000, frames), self.requests, self.reader.dealer("desk"))
        self.turns = 0
        self.pending: list[Reduced | Message] = []
        self._loop = Loop(
            self.machine,
            MemoryRouter(),
            MemoryRouter().dealer("aggregator"),
            self.publisher,
            DirectKeeper(lambda order: MemoryFile("e81", 98)),
            time.time,
            desk=self.desk,
        )
        self._leave = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def publish(self, *items: Reduced | Message, wait_for: str = "rows/events") -> None:
        """Show rows, or publish a message, as soon as somebody wants the topic."""
        self._until = wait_for
        self.pending += items

    def show(self, *items: Reduced) -> None:
        """Show rows at once, whether anybody listens or not."""
        self.publish(*items, wait_for="")
        end = time.monotonic() + 5.0
        while self.pending and time.monotonic() < end:
            time.sleep(0.005)
        turns = self.turns
        while self.turns < turns + 2 and time.monotonic() < end:
            time.sleep(0.005)

    def close(self) -> None:
        self._leave.set()
        self._thread.join()
        self.desk.close()
        for socket in (self.publisher, self.requests):
            socket.close()

    def _run(self) -> None:
        self.desk.start()
        view = self.machine.view
        while not self._leave.wait(0.005):
            self._loop.step()
            self.turns += 1
            while self.pending and (not self._until or view.stream.wanted(self._until)):
                item = self.pending.pop(0)
                if isinstance(item, Reduced):
                    view.show(item, time.time())
                elif item.kind == "lost on the way":
                    view.stream.stamped(item)
                else:
                    self._loop.carry_out([Publish(view.stream.stamped(item))])
                self._loop.carry_out([Publish(message) for message in view.flushed()])
            while (asked := self.reader.receive()) is not None:
                self.reader.send(asked[0], self._answer(asked[1]))

    @staticmethod
    def _answer(message: Message) -> Message:
        request = message.header["request"]
        if message.kind == "undo" or message.header["changes"][0]["path"] == "good":
            return Message("accepted", {"request": request, "version": 4})
        return Message("refused", {"request": request, "why": "there is no such key"})


END = Message("end", {"stop": 6}, topic="end")


@pytest.fixture
def service() -> Iterator[Service]:
    running = Service()
    yield running
    running.close()


@pytest.fixture
def monitor(service: Service) -> Iterator[Monitor]:
    with Monitor(service.publisher.address) as connected:
        yield connected


def rows_with_ipm(first: int, stop: int, run: int = 98) -> Reduced:
    seq = np.arange(first, stop)
    ipm = column("ipm/sum", seq * 0.5, unit="V", present=seq % 2 == 0)
    other = column("ipm/position", np.outer(seq, [1, -1]) * 1.0, unit="mm")
    return some_reduced(first, stop, run=run, rows=some_rows(first, stop, {"ipm/sum": ipm, "ipm/position": other}))


PICKED = "pick/1/ipm/sum;"


def test_rows_come_as_arrays_with_nan_where_absent_and_with_nothing_but_the_fields_asked_for(
    service: Service, monitor: Monitor
) -> None:
    service.publish(rows_with_ipm(0, 3), rows_with_ipm(3, 6), END, wait_for=PICKED)
    got = list(monitor.rows("ipm/sum", timeout_s=5.0))
    assert [rows.first for rows in got] == [0, 3]
    np.testing.assert_array_equal(got[0]["ipm/sum"], [0.0, np.nan, 1.0])
    np.testing.assert_array_equal(got[1].seq, [3, 4, 5])
    assert (got[0].run, got[0].units["ipm/sum"], len(got[0])) == (98, "V", 3)
    assert list(got[0]) == ["ipm/sum"]
    newest = monitor.latest(PICKED)
    assert set(newest.arrays) == {"c/ipm/sum", "p/ipm/sum", "c/seq"}
    assert monitor.missed == {}


def test_a_decimated_selection_brings_every_nth_event_and_tells_how_far_it_reaches(service: Service, monitor: Monitor) -> None:
    service.publish(*(rows_with_ipm(first, first + 4) for first in range(0, 24, 4)), END, wait_for="pick/10/;")
    got = list(monitor.rows(every=10, timeout_s=5.0))
    assert [rows.seq.tolist() for rows in got] == [[0], [10], [20]]
    assert [(rows.first, rows.stop) for rows in got] == [(0, 4), (4, 12), (12, 24)]
    np.testing.assert_array_equal(got[1]["ipm/position"], [[10.0, -10.0]])


def test_a_selection_that_cannot_be_made_is_refused_in_words(service: Service, monitor: Monitor) -> None:
    with pytest.raises(Refused, match="whole number from 1"):
        next(monitor.rows("ipm/sum", every=0, timeout_s=5.0))


def test_who_comes_late_gets_the_run_so_far_and_then_goes_on_without_gap_or_double(service: Service, monitor: Monitor) -> None:
    service.show(rows_with_ipm(0, 4, run=97), *(rows_with_ipm(first, first + 5) for first in range(10, 60, 5)))
    steps = monitor.rows("ipm/sum", history=True, timeout_s=5.0)
    seen = next(steps).seq.tolist()
    service.publish(rows_with_ipm(60, 65), rows_with_ipm(65, 70), END, wait_for=PICKED)
    seen += [seq for rows in steps for seq in rows.seq.tolist()]
    assert seen == list(range(10, 70)), "the run before this one is not in it"


def test_what_is_missed_on_the_stream_is_fetched_from_the_history(service: Service, monitor: Monitor) -> None:
    service.show(rows_with_ipm(0, 4))
    steps = monitor.rows(history=True, timeout_s=5.0)
    seen = next(steps).seq.tolist()
    service.publish(rows_with_ipm(4, 8))
    seen += next(steps).seq.tolist()
    service.publisher.publish = lambda message: None  # type: ignore[method-assign]  # the network is down for a while
    service.show(rows_with_ipm(8, 12))
    del service.publisher.publish
    service.publish(rows_with_ipm(12, 16), END)
    seen += [seq for rows in steps for seq in rows.seq.tolist()]
    assert seen == list(range(16))
    assert monitor.fetched == 8


def test_a_table_grows_and_says_nan_where_a_row_has_no_value(service: Service, monitor: Monitor) -> None:
    service.show(some_reduced(0, 3))
    table = monitor.table("ipm/sum", "fiducials")
    assert table.update(5.0) == 3
    before = table["seq"]
    service.publish(rows_with_ipm(3, 6), END, wait_for="pick/1/ipm/sum,fiducials;")
    while not table.ended:
        table.update(5.0)
    assert len(table) == 6
    np.testing.assert_array_equal(table["ipm/sum"], [np.nan, np.nan, np.nan, np.nan, 2.0, np.nan])
    np.testing.assert_array_equal(table["fiducials"], np.arange(6) * 3)
    np.testing.assert_array_equal(before, [0, 1, 2])
    assert "ipm/sum V" in table._repr_html_()
    assert table.to_pandas().loc[4, "ipm/sum"] == 2.0


def test_a_table_keeps_only_the_newest_rows(service: Service, monitor: Monitor) -> None:
    service.show(rows_with_ipm(0, 50), rows_with_ipm(50, 60))
    table = monitor.table("ipm/sum", most=20)
    table.update(5.0)
    assert table["seq"].tolist() == list(range(40, 60))


def test_two_iterations_of_one_monitor_each_get_everything(service: Service, monitor: Monitor) -> None:
    one, other = monitor.rows("ipm/sum", timeout_s=5.0), monitor.table("fiducials", history=False)
    other.update()
    service.publish(rows_with_ipm(0, 3), rows_with_ipm(3, 6), END, wait_for=PICKED)
    assert [rows.first for rows in one] == [0, 3]
    other.update(5.0)
    assert other["seq"].tolist() == list(range(6))


def test_without_anybody_who_wants_a_selection_it_is_not_made(service: Service, monitor: Monitor) -> None:
    steps = monitor.rows("ipm/sum", timeout_s=5.0)
    service.publish(rows_with_ipm(0, 3), wait_for=PICKED)
    next(steps)
    steps.close()
    end = time.monotonic() + 5.0
    while len(service.machine.view.picks) and time.monotonic() < end:
        time.sleep(0.01)
    assert len(service.machine.view.picks) == 0


def test_asyncio_gets_the_same_rows_while_other_tasks_run(service: Service) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.005)
            ticks += 1

    async def follow() -> list[int]:
        other = asyncio.create_task(tick())
        async with AsyncMonitor(service.publisher.address) as monitor:
            history = await monitor.history(last=3)
            await asyncio.sleep(0.05)
            service.publish(rows_with_ipm(10, 13), END, wait_for=PICKED)
            seen = [seq async for rows in monitor.rows("ipm/sum", timeout_s=5.0) for seq in rows.seq.tolist()]
        other.cancel()
        return [*history.seq.tolist(), *seen]

    service.show(rows_with_ipm(0, 10))
    assert asyncio.run(follow()) == [7, 8, 9, 10, 11, 12]
    assert ticks > 2


def test_the_last_frames_come_with_their_numbers_after_somebody_asked(service: Service, monitor: Monitor) -> None:
    def frame(seq: int) -> Reduced:
        image = np.full((2, 3), seq, np.float32)
        return some_reduced(seq, seq + 1, frames={"cspad": Frame(image=image, seq=seq, unit="keV")})

    with pytest.raises(Refused, match="no frame"):
        monitor.frames("cspad", timeout_s=0.1)
    for seq in range(3):
        service.machine.view.frames.add(frame(seq), seq)
        time.sleep(0.3)
    images, seqs = monitor.frames("cspad", last=2)
    assert seqs.tolist() == [1, 2]
    np.testing.assert_array_equal(images[1], np.full((2, 3), 2.0))


def test_somebody_who_looks_at_a_picture_now_and_then_is_not_sent_all_of_them(service: Service, monitor: Monitor) -> None:
    view = service.machine.view
    for value in (1.0, 2.0):
        image = np.full((2, 3), value, np.float32)
        service.publish(Message("sum", {"count": 5}, {"image": image}, "sum/cspad/calib"), wait_for="sum/cspad/calib")
        np.testing.assert_array_equal(monitor.mean("cspad"), image)
        end = time.monotonic() + 5.0
        while view.stream.wanted("sum/cspad/calib") and time.monotonic() < end:
            time.sleep(0.01)
        assert not view.stream.wanted("sum/cspad/calib")
        view.stream.forget("sum/cspad/calib")
    assert monitor.missed == {}


def test_all_sums_of_the_run_come_as_they_are(service: Service, monitor: Monitor) -> None:
    state = SumState("mean_image", 5, {"total": np.arange(6.0).reshape(2, 3)})
    service.machine.view.means.resume(98, {"cspad_calib": state})
    time.sleep(0.1)
    sums = monitor.sums()
    assert (sums["cspad_calib"].count, sums["cspad_calib"].kind) == (5, "mean_image")
    np.testing.assert_array_equal(sums["cspad_calib"].arrays["total"], state.arrays["total"])


def test_a_plot_of_a_script_reaches_who_looks_as_it_was_and_whoever_comes_later(service: Service, monitor: Monitor) -> None:
    curves = XYPlot(17, "delay", [np.arange(3), np.arange(2)], [np.ones(3), np.zeros(2)], ylabel="signal", formats=["-", "o"])
    monitor.publish("scan", MultiPlot(17, "both", [curves, Hist(1, "h", np.arange(4), np.arange(3))], ncols=2), timeout_s=5.0)
    with Monitor(service.publisher.address) as other:
        message = other.latest("plot/scan")
    plot = plot_of(message.header["plot"], message.arrays)
    assert isinstance(plot, MultiPlot)
    assert (plot.ncols, plot.size, plot.get(0).formats, plot.get(0).ylabel) == (2, 2, ["-", "o"], "signal")
    np.testing.assert_array_equal(plot.get(0).xdata[1], [0, 1])
    np.testing.assert_array_equal(plot.get(1).values, [0, 1, 2])


def test_plots_have_psmons_fields_in_psmons_order_and_say_whether_they_are_valid() -> None:
    fields = {kind: " ".join(each.name for each in dataclasses.fields(kind)) for kind in (XYPlot, Hist, Image, MultiPlot)}
    assert fields == {
        XYPlot: "ts title xdata ydata xlabel ylabel leg_label leg_offset formats",
        Hist: "ts title bins values xlabel ylabel leg_label leg_offset formats fills",
        Image: "ts title image xlabel ylabel aspect_ratio aspect_lock pos scale",
        MultiPlot: "ts title data_con ncols use_windows",
    }
    curves, nothing = XYPlot(0, "t", [1], [2]), Image(0, "t", None)
    assert curves.valid
    assert not nothing.valid
    assert [MultiPlot(0, "t", parts).valid for parts in ([], [curves], [curves, nothing])] == [False, True, False]


def test_psmons_own_topics_are_refused(monitor: Monitor, service: Service) -> None:
    with pytest.raises(Refused, match="psmon-internal"):
        monitor.publish("psmon-internal-topics", XYPlot(0, "t", [1], [2]), timeout_s=5.0)


def test_ragged_values_come_apart_by_event() -> None:
    x = ragged("epix/var_droplet/x", [[1.5, 2.5], None, [], [3.5]])
    message = rows_message(some_reduced(0, 4, rows=some_rows(0, 4, {x.field.path: x})), topic="rows/events")
    rows = client.rows_of(client.decode([bytes(part) for part in encode(message)]), [x.field.path])
    assert len(rows) == 4
    assert [rows.of_event(x.field.path, i).tolist() for i in range(4)] == [[1.5, 2.5], [], [], [3.5]]


@pytest.mark.parametrize("lengths", [[1, 0, 0, 1], [4, 0, 0, 0], [-1, 1, 0, 3], [1 << 62, 1 << 62, 1 << 62, (1 << 62) + 3]])
def test_lengths_that_do_not_fit_their_values_are_refused(lengths: list[int]) -> None:
    x = ragged("epix/var_droplet/x", [[1.5, 2.5], None, [], [3.5]])
    message = rows_message(some_reduced(0, 4, rows=some_rows(0, 4, {x.field.path: x})))
    arrays = {**message.arrays, "n/epix/var_droplet/x": np.array(lengths, np.int64)}
    with pytest.raises(BadMessage):
        client.rows_of(client.Message("rows", message.header, arrays))


def test_what_was_missed_is_counted_by_topic(service: Service, monitor: Monitor) -> None:
    lost = [Message("lost on the way", {}, topic="rows/events")] * 3
    service.publish(rows_with_ipm(0, 1), *lost, rows_with_ipm(2, 3), END)
    assert [rows.first for rows in monitor.rows(timeout_s=5.0)] == [0, 2]
    assert monitor.missed == {"rows/events": 3}


def test_a_state_that_is_sent_again_for_others_is_not_new(service: Service, monitor: Monitor) -> None:
    service.publish(Message("run", {"run": 1}, topic="run"), wait_for="run")
    assert monitor.latest("run").header["run"] == 1
    with Monitor(service.publisher.address) as other:
        assert other.latest("run").header["run"] == 1
    assert monitor.receive(0.2) is None
    assert monitor.missed == {}


def test_history_and_control_find_their_socket_by_the_status(service: Service, monitor: Monitor) -> None:
    assert monitor.status()["processed"] == 0
    service.show(rows_with_ipm(0, 7))
    history = monitor.history("seq", last=4)
    np.testing.assert_array_equal(history["seq"], [3, 4, 5, 6])
    assert monitor.control([{"path": "good", "value": 1}], "me") == 4
    assert monitor.undo("me") == 4
    with pytest.raises(Refused, match="no such key"):
        monitor.control([{"path": "bad", "value": 1}], "me")


def test_without_a_service_there_is_no_answer_in_time() -> None:
    start = time.monotonic()
    with Monitor("tcp://127.0.0.1:9") as lonely, pytest.raises(NoAnswer):
        lonely.latest("status", timeout_s=0.2)
    assert time.monotonic() - start < 3.0
