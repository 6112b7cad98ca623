"""Run state: configuration by key, steps, EPICS variables and their values."""

import math

import numpy as np

from monitor.model.run_state import ConfigKey, PvName
from monitor.reader.state import Contents, RunTracker
from monitor.xtc.walk import heads, index
from tests.support.merged import blocks_of
from tests.support.xtc_bytes import (
    CAMERA,
    CONFIGURE,
    IPM,
    container,
    datagram,
    epics_config,
    epics_ctrl,
    epics_time,
    run_streams,
    xtc,
)


def contents(*children: bytes) -> Contents:
    data = np.frombuffer(datagram(CONFIGURE, *children, time=(1, 1)), np.uint8)
    table = heads(data).table
    return Contents(data, index(data, table["offset"], table["length"]))


def tracker(*children: bytes) -> RunTracker:
    found = RunTracker("exp", None)
    found.configure([contents(*children)])
    return found


def test_payloads_of_configure_are_kept_by_source_and_type() -> None:
    state = tracker(container(xtc(IPM, 2 << 16 | 23, b"abcd"), xtc(IPM, 1 << 16 | 30, b"wxyz"))).state
    assert state.configs == {
        ConfigKey(1, IPM[1], 2 << 16 | 23): b"abcd",
        ConfigKey(1, IPM[1], 1 << 16 | 30): b"wxyz",
    }


def test_the_process_and_the_compression_bit_are_no_part_of_the_key() -> None:
    state = tracker(xtc(IPM, 1 << 31 | 2 << 16 | 23, b"abcd")).state
    assert list(state.configs) == [ConfigKey(1, IPM[1], 2 << 16 | 23)]


def test_damaged_empty_and_epics_payloads_are_not_configuration() -> None:
    found = tracker(xtc(IPM, 23, b"abcd", damage=4096), xtc(IPM, 30), xtc(IPM, 0), epics_ctrl(1, "PV", 1.0))
    assert found.state.configs == {}
    assert found.damaged == {(1, IPM[1], 23): 1}


def test_the_more_important_stream_wins() -> None:
    found = RunTracker("exp", None)
    found.configure([contents(xtc(IPM, 23, b"came"), xtc(CAMERA, 23, b"cam2")), contents(xtc(IPM, 23, b"daq!"))])
    assert sorted(found.state.configs.values()) == [b"cam2", b"daq!"]


def test_a_step_replaces_what_it_brings_and_keeps_the_rest() -> None:
    found = tracker(xtc(IPM, 23, b"old1"), xtc(IPM, 30, b"old2"))
    before = found.state
    found.begin_step([contents(xtc(IPM, 23, b"new1"))])
    assert list(found.state.configs.values()) == [b"new1", b"old2"]
    assert list(before.configs.values()) == [b"old1", b"old2"]
    assert found.state.version == before.version + 1


def test_steps_count_from_zero_and_anew_in_each_run() -> None:
    found = tracker()
    steps = [found.state.step]
    for _ in range(2):
        found.begin_step([])
        steps.append(found.state.step)
    found.begin_run(8)
    assert [*steps, found.state.step] == [-1, 0, 1, -1]


def test_the_run_number_comes_from_begin_run_unless_it_is_known() -> None:
    unknown, known = RunTracker("exp", None), RunTracker("exp", 98)
    for one in (unknown, known):
        one.begin_run(1_329_500_000)
    assert (unknown.state.run, known.state.run) == (1_329_500_000, 98)


def test_variables_have_their_alias_and_the_value_of_configure() -> None:
    found = tracker(epics_ctrl(4, "PV:FOUR", 4.5), epics_ctrl(1, "PV:ONE", 1.5), container(epics_config({1: "one"})))
    assert found.state.pvs == (PvName("PV:FOUR", "PV:FOUR"), PvName("PV:ONE", "one"))
    assert found.values.tolist() == [4.5, 1.5]


def test_a_variable_that_never_connected_has_no_value() -> None:
    short = epics_ctrl(1, "PV:ONE", 1.5)
    found = tracker(xtc((1, 0x09000000), 1 << 16 | 13, short[20:120]), xtc((1, 0x09000000), 1 << 16 | 13))
    assert found.state.pvs == (PvName("PV:ONE", "PV:ONE"),)
    assert math.isnan(found.values[0])


def test_updates_in_a_step_hold_from_there() -> None:
    found = tracker(epics_ctrl(1, "PV:ONE", 1.5))
    found.begin_step([contents(epics_time(1, 2.5), epics_time(9, 9.9))])
    assert found.values.tolist() == [2.5]


def test_a_new_configure_forgets_the_old() -> None:
    found = tracker(epics_ctrl(1, "PV:ONE", 1.5), xtc(IPM, 23, b"abcd"))
    found.configure([contents(epics_ctrl(2, "PV:TWO", 2.5))])
    assert (found.state.configs, found.state.pvs) == ({}, (PvName("PV:TWO", "PV:TWO"),))


def test_a_late_stream_adds_without_changing_what_is_known() -> None:
    found = tracker(epics_ctrl(1, "PV:ONE", 1.5), xtc(IPM, 23, b"abcd"))
    found.add([contents(epics_ctrl(0, "PV:NEW", 0.5), xtc(IPM, 23, b"late"), xtc(CAMERA, 105, b"cam1"))])
    assert [pv.pv for pv in found.state.pvs] == ["PV:ONE", "PV:NEW"]
    assert found.values.tolist() == [1.5, 0.5]
    assert sorted(found.state.configs.values()) == [b"abcd", b"cam1"]


def test_each_step_of_a_run_has_its_own_state() -> None:
    blocks, _ = blocks_of(run_streams(steps=3, events=4, daq=2))
    states = {block.state.version: block.state for block in blocks}
    assert sorted({state.step for state in states.values()}) == [-1, 0, 1, 2]
    control = ConfigKey(0, 0xAC150A05, 2 << 16 | 10)
    assert [state.configs[control][0] for state in states.values() if state.step >= 0] == [0, 1, 2]
