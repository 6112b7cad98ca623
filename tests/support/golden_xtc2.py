"""Golden XTC2 files, which are never part of the repository."""

from pathlib import Path


def dumps(root: Path) -> list[Path]:
    """Dumps in a folder and below whose file is there."""
    found = [path for path in root.rglob("*.xtc2.jsonl.gz") if not path.name.endswith(".det.jsonl.gz")]
    return sorted(path for path in found if original(path).is_file())


def original(dump: Path) -> Path:
    """The file that a dump is of."""
    return dump.with_name(dump.name.removesuffix(".jsonl.gz"))
