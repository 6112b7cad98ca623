"""Columns of numbers as one small HDF5 file in memory, for people who save what they see."""

from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray


def numbers_file(numbers: Mapping[str, Mapping[str, NDArray[Any]]], about: Mapping[str, str]) -> bytes:
    """The bytes of an HDF5 file.

    Parameters
    ----------
    numbers
        A group for each curve, a dataset for each of its columns. A name that HDF5 would take for a path gets ``__`` for
        each ``/``; the attribute ``name`` of the group has it as it was.
    about
        Attributes of the file.
    """
    with h5py.File("numbers.h5", "w", driver="core", backing_store=False) as file:
        for key, text in about.items():
            file.attrs[key] = text
        for number, (name, columns) in enumerate(numbers.items()):
            place = name.replace("/", "__").replace("\0", "").strip(".") or f"curve_{number}"
            group = file.create_group(place if place not in file else f"{place}_{number}")
            group.attrs["name"] = name.replace("\0", "")
            for column, values in columns.items():
                group.create_dataset(column, data=_plain(values))
        file.flush()
        return bytes(file.id.get_file_image())


def _plain(values: NDArray[Any]) -> NDArray[Any]:
    """Texts as bytes, which every HDF5 has."""
    return np.char.encode(values, "utf-8") if values.dtype.kind == "U" else values
