import os
from pathlib import Path

from monitor.net.processes import FILE, PAUSE_S, Processes, own_memory, write_processes


def test_the_table_has_number_restarts_and_memory(tmp_path: Path) -> None:
    write_processes(tmp_path, {"reader": 7}, {"reader": 2, "worker-0": 5})
    found = Processes(tmp_path, {7: 1000, -1: -1}.__getitem__).look(0.0)
    assert found == {
        "reader": {"pid": 7, "restarts": 2, "memory": 1000},
        "worker-0": {"pid": -1, "restarts": 5, "memory": -1},
    }


def test_it_is_looked_up_once_a_second(tmp_path: Path) -> None:
    table = Processes(tmp_path, lambda pid: 1)
    assert table.look(0.0) == {}
    write_processes(tmp_path, {"reader": 7}, {"reader": 0})
    assert table.look(PAUSE_S / 2) == {}
    assert list(table.look(PAUSE_S)) == ["reader"]


def test_a_table_that_cannot_be_read_leaves_the_last_one(tmp_path: Path) -> None:
    write_processes(tmp_path, {"reader": 7}, {"reader": 2})
    table = Processes(tmp_path, lambda pid: 1)
    table.look(0.0)
    (tmp_path / FILE).write_text("{")
    assert table.look(2.0) == {"reader": {"pid": 7, "restarts": 2, "memory": 1}}


def test_memory_of_this_process_is_known_and_that_of_nobody_is_not() -> None:
    assert own_memory(os.getpid()) > 1 << 20
    assert own_memory(-1) == -1
