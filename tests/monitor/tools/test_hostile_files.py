"""Broken files through scan, dump and filter: an answer or an error of ours, and nothing left behind."""

import os
from pathlib import Path

import pytest

from monitor.errors import XtcmonError
from monitor.tools.commands.scan import table
from monitor.tools.listing import listing
from monitor.tools.rewrite import Plan, rewrite
from monitor.tools.selection import select
from monitor.xtc.clock_order import Limits
from monitor.xtc.rewriting.where import Where
from monitor.xtc.scan import scan
from tests.support.golden_xtc import COMMITTED
from tests.support.hostile import broken_files

COUNT = int(os.environ.get("XTCMON_HOSTILE_FILES", "40"))
WHERE = Where('EBeam.ebeamCharge > 0 and not evr(3) or source("|Ipimb").channel0 > 1')


def quiet(done: int, of: int | None) -> None:
    """Nobody looks at the progress."""


@pytest.mark.parametrize("seed", range(3))
def test_broken_files_are_answered(tmp_path: Path, seed: int) -> None:
    refused = 0
    for number, (data, beside) in enumerate(broken_files(COMMITTED, COUNT, 100 + seed)):
        paths = [tmp_path / f"e1-r0001-s{stream:02d}-c00.xtc" for stream in (0, 1)]
        for path, content in zip(paths, (data, beside), strict=True):
            path.write_bytes(content.tobytes())
        out = tmp_path / f"out{number}"
        try:
            result = scan(paths)
            assert table(result)
            assert scan(paths, limits=Limits(events=3)).datagrams <= result.datagrams
            assert list(listing(paths, 2, 0.0, quiet))
            whole = rewrite(paths, Plan(folder=out / "whole", small=True, index=True), quiet)
            assert len(whole.files) == 6
            chosen = select(paths, None, slice(0, None, 2), quiet)
            rewrite(paths, Plan(folder=out / "half", selection=chosen, chunk_size=500), quiet)
            select(paths, WHERE, slice(None), quiet)
        except XtcmonError:
            refused += 1
        assert not list(out.rglob("*.inprogress"))
    assert refused < COUNT
