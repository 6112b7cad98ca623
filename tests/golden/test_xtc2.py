"""The dump of every golden XTC2 file equals what the original library gave, datagram by datagram."""

import gzip
import json
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from monitor.xtc2.dump import dump_lines
from tests.conftest import golden_root
from tests.support.golden_xtc2 import dumps, original


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case per dump below ``xtc2``."""
    root = golden_root(metafunc.config) / "xtc2"
    found = dumps(root)
    skip = pytest.param(root, marks=pytest.mark.skip(reason=f"no XTC2 files in {root}; they are not part of the repository"))
    metafunc.parametrize("dump", found or [skip], ids=[str(path.relative_to(root)) for path in found] or ["none"])


def by_name(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Fields by name; their order says nothing."""
    return {item["name"]: item for item in items}


def unordered(line: dict[str, Any]) -> dict[str, Any]:
    """A line with everything whose order says nothing by key."""
    result = dict(line)
    for key in ("data", "names"):
        if key in line:
            result[key] = {(one["det"], one["seg"], one["alg"]): {**one, "fields": by_name(one["fields"])} for one in line[key]}
    return result


def test_the_dump_equals_the_original_datagram_by_datagram(dump: Path) -> None:
    meta, *expected = (json.loads(text) for text in gzip.decompress(dump.read_bytes()).splitlines())
    configured = meta["meta"].get("config_from")
    first, *found = dump_lines(original(dump), dump.parent / configured if configured else None)
    assert first["meta"]["size"] == meta["meta"]["size"]
    for number, (line, theirs) in enumerate(zip_longest(found, expected, fillvalue={})):
        assert unordered(json.loads(json.dumps(line))) == unordered(theirs), f"line {number}"
