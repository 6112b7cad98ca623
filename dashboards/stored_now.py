"""Array fields of a recorded run for those who wait for them: each is read when it is asked for, and let go again."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from dashboards.stored_arrays import curves_of, is_curve, is_list, lists_of
from dashboards.table import Table
from monitor.store.run_file import RunFile

BUDGET_BYTES = 16 << 20
T = TypeVar("T")


def fields_now(run: RunFile, rows: Table) -> dict[str, Any]:
    """``curves`` and ``lists`` of a snapshot, as long as the run is open."""
    curves = [path for path, field in run.columns.items() if is_curve(field)]
    lists = [path for path, field in run.columns.items() if is_list(field)]
    return {
        "curves": ReadNow(curves, lambda path: curves_of(run, path, rows, _nobody, BUDGET_BYTES)),
        "lists": ReadNow(lists, lambda path: lists_of(run, path, rows, _nobody, BUDGET_BYTES)),
    }


class ReadNow(Mapping[str, T], Generic[T]):
    """Names, and what reads each of them."""

    def __init__(self, names: list[str], read: Callable[[str], T]) -> None:
        self._names, self._read = names, read

    def __getitem__(self, name: str) -> T:
        if name not in self._names:
            raise KeyError(name)
        return self._read(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _nobody(share: float) -> None:
    """Nobody wants to know how far it is."""
