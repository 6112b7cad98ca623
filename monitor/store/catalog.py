"""Which path in the file a field gets: its name, or a numbered one when the same name comes back as something else."""

from collections.abc import Iterable, Iterator
from itertools import count

import numpy as np

from monitor.model.field import Field

_RESERVED = ("xtcmon", "Sums", "UserDataCfg")

_Key = tuple[str, "np.dtype[np.generic]", tuple[int, ...]]


class Catalog:
    """Fields of one run by path.

    A dataset keeps its dtype and shape for ever. When a field changes either (a region of interest drawn anew), its
    values go on under ``<name>_2``, ``<name>_3`` ...; nothing is cast and nothing is cut.
    """

    def __init__(self, fields: Iterable[tuple[str, Field]] = ()) -> None:
        self._paths: dict[_Key, str] = {}
        self._taken: set[str] = set()
        self._groups: set[str] = set()
        for path, field in fields:
            self._enter(path, field)

    def path(self, field: Field) -> str:
        """Path of this definition of the field; the first sight of a definition enters it."""
        known = self._paths.get((field.name, field.dtype, field.shape))
        if known is not None:
            return known
        base = _clean(field.name)
        if self._taken.intersection(_groups(base)):
            base = base.replace("/", "_")
        path = next(path for path in _numbered(base) if path not in self._taken and path not in self._groups)
        self._enter(path, field)
        return path

    def _enter(self, path: str, field: Field) -> None:
        self._paths[(field.name, field.dtype, field.shape)] = path
        self._taken.add(path)
        self._groups.update(_groups(path))


def _clean(name: str) -> str:
    """A name as a dataset path: no empty step, no dots that mean a place, none of the groups we use ourselves."""
    steps = [step.replace("\0", "") for step in name.split("/")]
    steps = [step for step in steps if step not in ("", ".", "..")] or ["unnamed"]
    if steps[0] in _RESERVED:
        steps[0] = f"{steps[0]}_"
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
