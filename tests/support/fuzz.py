"""A coverage-guided search for bytes that break what reads them; needs atheris, which nothing else here does.

``NUMBA_DISABLE_JIT=1 python -m tests.support.fuzz FOLDER -max_total_time=600``: kernels run as plain Python then, so that the
search sees their branches too. FOLDER collects what reaches new ones; options behind it are libFuzzer's.
"""

import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import atheris
import numpy as np

with atheris.instrument_imports(include=["monitor"]):
    from monitor.reader import cut
    from monitor.reader.events import group, settle
    from monitor.xtc import smalldata
    from tests.support.any_reader import beginnings, read_any
    from tests.support.golden_xtc import COMMITTED
    from tests.support.hostile import mutated, seeds

LONGEST = 6000
WITH_RECORDS: tuple[tuple[ModuleType, str], ...] = (
    (settle, "_settle"),
    (group, "_group"),
    (cut, "_lay_out"),
    (smalldata, "_see_through"),
)


class Row:
    """A record with its fields as attributes, as numba has it; numpy's own has other attributes of these names."""

    def __init__(self, table: np.ndarray, at: int) -> None:
        self.__dict__.update(_table=table, _number=at)

    def __getattr__(self, name: str) -> Any:
        return self._table[name][self._number]

    def __setattr__(self, name: str, value: Any) -> None:
        self._table[name][self._number] = value


class Table:
    """A structured array as a kernel sees it."""

    def __init__(self, table: np.ndarray) -> None:
        self.table = table

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, at: Any) -> Any:
        return Table(self.table[at]) if isinstance(at, slice) else Row(self.table, at)

    def __setitem__(self, at: int, row: Row) -> None:
        self.table[at] = row._table[row._number]

    def copy(self) -> "Table":
        return Table(self.table.copy())


def with_attributes(function: Callable[..., Any]) -> Callable[..., Any]:
    """A kernel over records as plain Python."""

    def call(*arguments: Any) -> Any:
        return function(*(Table(a) if getattr(a, "dtype", np.dtype("u1")).names else a for a in arguments))

    return call


def main() -> None:
    """Command line."""
    warnings.simplefilter("ignore", RuntimeWarning)
    for module, name in WITH_RECORDS:
        setattr(module, name, with_attributes(getattr(module, name)))
    for name in ("EVENT_ID", "PIECE"):
        setattr(cut, name, np.dtype((np.record, getattr(cut, name))))
    others = seeds(COMMITTED)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(beginnings(others)):
        (folder / f"begin-{number}").write_bytes(data)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        """Half the time as the fuzzer would, half the time with the words that sizes must survive."""
        if seed % 2 or len(data) < 9:
            return bytes(atheris.Mutate(data, most))
        return (data[:1] + mutated(np.frombuffer(data, np.uint8)[1:], np.random.default_rng(seed), others).tobytes())[:most]

    atheris.Setup([*sys.argv, f"-max_len={LONGEST}", "-timeout=20", "-rss_limit_mb=4000"], read_any, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
