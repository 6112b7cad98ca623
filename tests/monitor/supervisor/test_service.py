from collections.abc import Sequence
from pathlib import Path

from monitor.supervisor.service import Role, Service


class FakeProcess:
    """A process that ends when the test says so."""

    def __init__(self, argv: Sequence[str]) -> None:
        self.argv = tuple(argv)
        self.code: int | None = None
        self.asked_to_end = False
        self.killed = False

    @property
    def pid(self) -> int:
        return 1000

    def exit_code(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.asked_to_end = True

    def kill(self) -> None:
        self.killed = True
        self.code = -9


class House:
    """A service over fake processes and a clock that only the test moves."""

    def __init__(self, *names: str) -> None:
        self.now = 0.0
        self.started: list[FakeProcess] = []
        roles = [Role(name, (name,), essential=name != "dashboard") for name in names]
        self.service = Service(roles, Path("unused"), self.start, clock=lambda: self.now, pause=self.pause)
        self.service.step()

    def start(self, argv: Sequence[str], log: Path) -> FakeProcess:
        self.started.append(FakeProcess(argv))
        return self.started[-1]

    def pause(self, seconds: float) -> None:
        self.now += seconds

    def newest(self, name: str) -> FakeProcess:
        return next(p for p in reversed(self.started) if p.argv[0] == name)


def test_every_role_is_started_with_its_generation() -> None:
    house = House("reader", "worker-0")
    assert [p.argv for p in house.started] == [("reader", "--generation", "0"), ("worker-0", "--generation", "0")]


def test_a_role_is_not_started_before_it_may_begin() -> None:
    house, may = House("aggregator"), [False]
    roles = [
        Role("reader", ("reader",), essential=True, may_begin=lambda: may[0]),
        Role("dashboard", ("dashboard",), essential=False),
    ]
    service = Service(roles, Path("unused"), house.start, clock=lambda: house.now, pause=house.pause)
    service.step()
    assert (sorted(service.pids), service.done) == (["dashboard"], False)
    may[0] = True
    service.step()
    assert sorted(service.pids) == ["dashboard", "reader"]


def test_a_dead_worker_comes_back_with_the_next_generation() -> None:
    house = House("reader", "worker-0")
    house.newest("worker-0").code = -9
    house.service.step()
    assert house.newest("worker-0").argv == ("worker-0", "--generation", "1")
    assert house.service.restarts == {"reader": 0, "worker-0": 1}


def test_the_run_is_done_when_all_essential_processes_have_finished() -> None:
    house = House("reader", "worker-0", "dashboard")
    house.newest("reader").code = 0
    house.service.step()
    assert not house.service.done
    house.newest("worker-0").code = 0
    house.service.step()
    assert house.service.done


def test_stopping_asks_only_the_reader_and_lets_the_rest_drain() -> None:
    house = House("reader", "worker-0")
    house.service.request_stop()
    assert house.newest("reader").asked_to_end
    assert not house.newest("worker-0").asked_to_end


def test_a_worker_that_dies_while_draining_is_started_again() -> None:
    house = House("reader", "worker-0")
    house.service.request_stop()
    house.newest("worker-0").code = -9
    house.service.step()
    assert house.newest("worker-0").argv[-1] == "1"


def test_what_does_not_drain_in_time_is_killed() -> None:
    house = House("reader", "worker-0")
    house.service.request_stop()
    house.now = 31.0
    house.service.step()
    assert [p.killed for p in house.started] == [True, True]
    assert house.service.exit_code_of("worker-0") == -9


def test_one_process_that_cannot_start_ends_the_service() -> None:
    house = House("reader", "worker-0")
    house.newest("reader").code = 2
    house.service.step()
    assert house.service.failure == "reader cannot start"
    assert house.newest("worker-0").asked_to_end
    house.newest("worker-0").code = -15
    house.service.step()
    assert house.service.done


def test_when_the_aggregator_has_finished_nobody_is_started_again() -> None:
    house = House("aggregator", "reader", "worker-0")
    house.newest("aggregator").code = 0
    house.service.step()
    house.newest("reader").code = -9
    house.service.step()
    assert house.service.exit_code_of("reader") == 0
    house.now = 6.0
    house.service.step()
    assert house.newest("worker-0").killed
    assert house.service.done
    assert not house.service.broken_off


def test_ending_at_once_kills_all_but_the_aggregator_which_closes_its_files() -> None:
    house = House("aggregator", "reader", "worker-0")
    house.newest("aggregator").terminate = lambda: setattr(house.newest("aggregator"), "code", 4)  # type: ignore[method-assign]
    house.service.abort()
    assert [p.killed for p in house.started] == [False, True, True]
    assert house.service.broken_off
    assert house.service.done


def test_a_reader_that_is_killed_while_it_drains_ends_the_service() -> None:
    house = House("aggregator", "reader", "worker-0")
    house.service.request_stop()
    house.newest("reader").code = -9
    house.service.step()
    assert house.service.done
    assert house.service.broken_off
