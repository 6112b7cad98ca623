"""Which path in the file a field gets: its name, or a numbered one when the same name comes back as something else."""

from collections.abc import Iterable, Iterator
from itertools import count

import numpy as np

from monitor.model.field import VARIABLE, Field, group_in
from monitor.store.axis import TIMES, Lengths, lengths_path

_RESERVED = ("xtcmon", "Sums", "UserDataCfg")

_Key = tuple[str, "np.dtype[np.generic]", tuple[int, ...], bool, str]


class Catalog:
    """Fields of one run by path.

    A dataset keeps its dtype and shape for ever. When a field changes either (a region of interest drawn anew), its
    values go on under ``<name>_2``, ``<name>_3`` ...; nothing is cast and nothing is cut.
    """

    def __init__(self, fields: Iterable[tuple[str, Field]] = ()) -> None:
        self._paths: dict[_Key, str] = {}
        self._taken: dict[str, str] = {}
        self._groups: set[str] = set()
        for path, field in fields:
            if not isinstance(field, Lengths) and not (field.aligned and path.split("/", 1)[1] in TIMES):
                self._enter(path, field)

    def path(self, field: Field) -> str:
        """Path of this definition of the field; the first sight of a definition enters it."""
        known = self._paths.get(_key(field))
        if known is not None:
            return known
        base = self._free_groups(field)
        path = next(path for path in _numbered(base) if path not in self._taken and path not in self._groups)
        self._enter(path, field)
        return path

    def _free_groups(self, field: Field) -> str:
        """A path none of whose groups is a dataset; that of a ragged or aligned field keeps the groups that make it so."""
        base = _clean(field)
        if not field.ragged and not field.aligned:
            return base.replace("/", "_") if any(group in self._taken for group in _groups(base)) else base
        steps = base.split("/")
        for n in range(len(steps) - 1):
            while self._is_other("/".join(steps[: n + 1]), field):
                steps[n] += "_"
        return "/".join(steps)

    def _is_other(self, group: str, field: Field) -> bool:
        """Whether something else stands where this group, its lengths or its times would be."""
        needed = []
        if field.ragged and group == group_in(f"{group}/x"):
            needed = [lengths_path(group)]
        elif field.aligned and "/" not in group:
            needed = [f"{group}/{name}" for name in TIMES]
        return group in self._taken or any(self._taken.get(path, group) != group or path in self._groups for path in needed)

    def _enter(self, path: str, field: Field) -> None:
        self._paths[_key(field)] = path
        self._take(path, "")
        if field.ragged:
            self._take(lengths_path(group_in(path)), group_in(path))
        if field.aligned:
            group = path.split("/")[0]
            for name in TIMES:
                self._take(f"{group}/{name}", group)

    def _take(self, path: str, owner: str) -> None:
        """Nobody else gets this path; its owner is the group whose lengths or times it holds, if it does."""
        self._taken.setdefault(path, owner)
        self._groups.update(_groups(path))


def _key(field: Field) -> _Key:
    return field.name, field.dtype, field.shape, field.ragged, field.aligned


def _clean(field: Field) -> str:
    """A dataset path: no empty step, no dots that mean a place, none of our own groups, and only ragged fields below ``var_``."""
    steps = [step.replace("\0", "") for step in field.path.split("/")]
    steps = [step for step in steps if step not in ("", ".", "..")] or ["unnamed"]
    if steps[0] in _RESERVED:
        steps[0] = f"{steps[0]}_"
    if (field.ragged and not group_in("/".join(steps))) or (field.aligned and len(steps) == 1):
        steps.append("unnamed")
    if not field.ragged:
        steps = [f"_{step}" if step.startswith(VARIABLE) else step for step in steps[:-1]] + steps[-1:]
    return "/".join(steps)


def _numbered(base: str) -> Iterator[str]:
    """``base``, ``base_2``, ``base_3`` ... without end."""
    yield base
    for number in count(2):
        yield f"{base}_{number}"


def _groups(path: str) -> list[str]:
    """Groups above a path: ``a/b/c`` has ``a`` and ``a/b``."""
    steps = path.split("/")
    return ["/".join(steps[:n]) for n in range(1, len(steps))]
