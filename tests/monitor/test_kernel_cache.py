"""The cache of kernels is used by one process at a time."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from numba.core.caching import IndexDataCacheFile

from monitor.kernel import kernel
from monitor.kernel_cache import locked, share

pytestmark = pytest.mark.processes

PATIENCE_S = 30.0


def test_a_kernel_waits_for_the_cache_and_is_right_afterwards() -> None:
    @kernel
    def doubled(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        total = 0.0
        for value in values:
            total += 2 * value
        return total

    found: list[float] = []
    waiting = threading.Thread(target=lambda: found.append(doubled(np.arange(4.0))))
    with locked():
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
        assert not found
    waiting.join(PATIENCE_S)
    assert found == [12.0]


def test_variants_that_are_added_at_once_have_files_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = IndexDataCacheFile._save_index

    def slowly(cache: IndexDataCacheFile, names: dict[str, str]) -> None:
        # Long enough for all others to choose the same name, if they were let.
        time.sleep(0.05)
        write(cache, names)

    monkeypatch.setattr(IndexDataCacheFile, "_save_index", slowly)
    caches = [IndexDataCacheFile(str(tmp_path), "kernel", "stamp") for _ in range(4)]
    adding = [threading.Thread(target=cache.save, args=(f"variant {n}", n)) for n, cache in enumerate(caches)]
    for thread in adding:
        thread.start()
    for thread in adding:
        thread.join(PATIENCE_S)

    assert [caches[0].load(f"variant {n}") for n in range(4)] == [0, 1, 2, 3]


def test_asking_twice_is_asking_once() -> None:
    before = IndexDataCacheFile.save
    share()
    assert IndexDataCacheFile.save is before
