import logging
from pathlib import Path

import pytest

from monitor.net.endpoints import write_endpoints
from monitor.net.log_sender import LogSender
from monitor.net.socket import ZmqRouter
from monitor.wire.client_note import LogLine
from monitor.wire.note import note_of

pytestmark = pytest.mark.processes


def record(**extra: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"msg": "row_late", "levelname": "WARNING", "levelno": logging.WARNING, "created": 12.5})
    vars(made).update(extra)
    return made


def test_a_line_reaches_the_aggregator_with_its_fields(tmp_path: Path) -> None:
    sender, router = LogSender(tmp_path, "worker-0"), ZmqRouter("tcp://127.0.0.1:0")
    write_endpoints(tmp_path, rows=router.address)
    sender.handle(record(event_number=812, why=ValueError("x" * 1000), causes={"source": 3}))
    received = router.receive(10.0)
    sender.close()
    router.close()
    assert received is not None
    line = note_of(LogLine, received[1])
    assert (line.time, line.level, line.process, line.event) == (12.5, "WARNING", "worker-0", "row_late")
    assert line.fields["event_number"] == 812
    assert line.fields["causes"] == {"source": 3}
    assert len(line.fields["why"]) == 400


def test_without_an_aggregator_nothing_is_sent_and_nobody_waits(tmp_path: Path) -> None:
    sender = LogSender(tmp_path, "reader")
    sender.handle(record())
    (tmp_path / "service.json").write_text("{")
    sender.handle(record())
    sender.close()
    assert [path.name for path in tmp_path.iterdir()] == ["service.json"]
