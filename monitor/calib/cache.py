"""Arrays of large constants files in binary form, so that a text is parsed once: beside it, else in the user's cache folder.

An entry holds the SHA-256 of the text it was made from and a checksum of its own bytes; one that does not fit is made anew.
"""

import hashlib
import io
import os
import struct
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.calib.ndarray_text import parse
from monitor.errors import DamagedData

MAGIC = b"XTCMCAL1"
HEAD = struct.Struct("<8s32sI")
"""Magic, SHA-256 of the text, CRC-32 of what follows: an array as ``numpy.save`` writes it."""

LEAST_BYTES = 1 << 18
"""Smaller texts are read faster than a cache is."""

KEPT_BYTES = 4 << 30
"""The user's cache folder is kept below this; the oldest entries go first."""


def read_array(path: Path) -> tuple[NDArray[Any], str]:
    """Array in a text file, and the SHA-256 of the text in hexadecimal.

    Raises
    ------
    DamagedData
        As ``ndarray_text.read_text``.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise DamagedData(f"cannot be read: {error.strerror}", source=str(path)) from error
    digest = hashlib.sha256(text)
    if len(text) < LEAST_BYTES:
        return parse(text, source=str(path)), digest.hexdigest()
    places = (path.with_name(f".{path.name}.cache"), cache_folder() / f"{digest.hexdigest()}.cache")
    for place in places:
        if (cached := _kept(place, digest.digest())) is not None:
            return cached, digest.hexdigest()
    array = parse(text, source=str(path))
    _keep(array, digest.digest(), places)
    return array, digest.hexdigest()


def cache_folder() -> Path:
    """The user's cache folder for constants (XDG base directories)."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "xtcmon" / "constants"


def _kept(place: Path, digest: bytes) -> NDArray[Any] | None:
    """The array in a cache entry that was made from a text of this digest; None if there is no such entry, or it is damaged."""
    try:
        with place.open("rb") as file:
            head = file.read(HEAD.size)
            if len(head) < HEAD.size or HEAD.unpack(head)[:2] != (MAGIC, digest):
                return None
            body = file.read()
        if zlib.crc32(body) != HEAD.unpack(head)[2]:
            return None
        array: NDArray[Any] = np.load(io.BytesIO(body), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return array


def _keep(array: NDArray[Any], digest: bytes, places: tuple[Path, ...]) -> None:
    """Write an entry in the first place that can be written; without any, texts are parsed each time."""
    body = io.BytesIO()
    np.save(body, array, allow_pickle=False)
    data = body.getvalue()
    for place in places:
        fresh = place.with_name(f"{place.name}.{os.getpid()}")
        try:
            if place.parent == cache_folder():
                place.parent.mkdir(parents=True, exist_ok=True)
                _make_room(place.parent, len(data))
            fresh.write_bytes(HEAD.pack(MAGIC, digest, zlib.crc32(data)) + data)
            fresh.replace(place)
        except OSError:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
            continue
        return


def _make_room(folder: Path, size: int) -> None:
    """Remove the oldest entries until another of this size may come."""
    entries = sorted((entry.stat().st_mtime, entry.stat().st_size, entry) for entry in folder.glob("*.cache"))
    total = size + sum(length for _, length, _ in entries)
    for _, length, entry in entries:
        if total <= KEPT_BYTES:
            return
        entry.unlink(missing_ok=True)
        total -= length
