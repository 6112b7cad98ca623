"""The bsread client of the Paul Scherrer Institute reads every value that we tell it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from bsread import PULL, SUB, Source

from monitor.aggregator.dialect import DIALECTS
from monitor.errors import ConfigError
from monitor.settings import Bridge
from tests.support.bridged import Bridged, bridged
from tests.support.told import rows, values_at

pytestmark = [pytest.mark.processes, pytest.mark.filterwarnings("default")]
"""The client warns of what its own libraries no longer like."""

CLIENT_MODE = {"pub": SUB, "push": PULL}


@contextmanager
def source(running: Bridged, socket: str) -> Iterator[Any]:
    where = urlsplit(running.address)
    with Source(host=where.hostname, port=where.port, mode=CLIENT_MODE[socket], receive_timeout=10_000) as opened:
        running.wait_for_clients()
        yield opened


def check(message: Any, seq: int) -> None:
    assert message.data.pulse_id == seq
    assert (message.data.global_timestamp, message.data.global_timestamp_offset) == (seq, 7 * seq)
    channels = message.data.data
    told = values_at(seq)
    assert set(channels) >= set(told) - {"epix/var_droplet/x"} | {"fiducials", "pipeline_version"}
    assert channels["fiducials"].value == 3 * seq
    for path, value in told.items():
        if np.size(value) == 0:
            continue
        found = channels[path]
        assert (found.timestamp, found.timestamp_offset) == (seq, 7 * seq)
        # The client makes a plain number of an array of one element.
        assert np.array_equal(np.ravel(found.value), np.ravel(value)), path
        if np.size(value) > 1:
            assert found.value.dtype == value.dtype
            assert found.value.shape == value.shape
    if "adc/value" not in told and "adc/value" in channels:
        assert channels["adc/value"].value is None


@pytest.mark.parametrize("socket", ["push", "pub"])
def test_the_real_client_reads_every_value_with_its_type_and_shape(socket: str) -> None:
    with bridged("bsread", socket=socket) as running, source(running, socket) as client:
        running.tell(rows(1, 3), rows(3, 10))
        for seq in range(1, 10):
            check(client.receive(), seq)


def test_a_value_that_is_absent_is_none_and_the_header_stays() -> None:
    with bridged("bsread", fields=["adc/value", "ipm2/sum"]) as running, source(running, "push") as client:
        running.tell(rows(1, 7))
        messages = [client.receive().data for _ in range(6)]
        assert [message.data["adc/value"].value for message in messages] == [-1, -2, None, -4, -5, None]
        assert len({message.hash for message in messages}) == 1


def test_frames_are_refused_with_a_way_out() -> None:
    wish = Bridge(kind="bsread", address="tcp://127.0.0.1:0", frames=("cspad",))
    with pytest.raises(ConfigError, match=r"array-1\.0"):
        DIALECTS.get("bsread").check(wish)
